package org

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

type placesOut struct {
	Body Places
}

// PlaceIn is the place a route is about.
type PlaceIn struct {
	Kind PlaceKind `path:"kind" enum:"department,branch,group"`
	ID   uuid.UUID `path:"id"`
}

// PlaceName renames a place and, where ord is given, moves it in lists.
type PlaceName struct {
	Name string `json:"name" minLength:"1" maxLength:"50"`
	Ord  int    `json:"ord,omitempty" minimum:"0" maximum:"100000"`
}

type newPlaceOut struct {
	Body struct {
		ID uuid.UUID `json:"id"`
	}
}

func mountPlaces(api *httpd.API, s *Service) {
	const tag = "places"
	write := need("places", "write")
	tree := func(ctx context.Context, who httpd.Who, err error) (*placesOut, error) {
		if err != nil {
			return nil, err
		}
		p, err := s.Places(ctx, who.Scope)
		return &placesOut{Body: p}, err
	}
	httpd.Get(api, "/api/places", httpd.Op{Need: need("places", "read"), Tag: tag, Summary: "Departments, and branches with their groups, with head counts"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*placesOut, error) {
			return tree(ctx, who, nil)
		})
	httpd.Post(api, "/api/places", httpd.Op{Need: write, Tag: tag, Summary: "Set up a department, branch or group", Status: http.StatusCreated},
		func(ctx context.Context, who httpd.Who, in *struct{ Body NewPlace }) (*newPlaceOut, error) {
			out := &newPlaceOut{}
			var err error
			out.Body.ID, err = s.AddPlace(ctx, who.Actor, who.Scope, in.Body)
			return out, err
		})
	httpd.Put(api, "/api/places/{kind}/{id}", httpd.Op{Need: write, Tag: tag, Summary: "Rename, or move in lists"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PlaceIn
			Body PlaceName
		}) (*placesOut, error) {
			return tree(ctx, who, s.RenamePlace(ctx, who.Actor, who.Scope, in.Kind, in.ID, in.Body.Name, in.Body.Ord))
		})
	httpd.Post(api, "/api/places/{kind}/{id}/close", httpd.Op{Need: write, Tag: tag, Summary: "Close after a last day"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PlaceIn
			Body LastDay
		}) (*placesOut, error) {
			return tree(ctx, who, s.ClosePlace(ctx, who.Actor, who.Scope, in.Kind, in.ID, in.Body.LastDay))
		})
}
