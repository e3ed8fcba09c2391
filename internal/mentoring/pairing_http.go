package mentoring

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

// PairingList is a list that comes whole.
type PairingList struct {
	Items []Pairing `json:"items"`
	Total int       `json:"total"`
}

type pairingsOut struct{ Body PairingList }

func pairings(items []Pairing, err error) (*pairingsOut, error) {
	if err != nil {
		return nil, err
	}
	if items == nil {
		items = []Pairing{}
	}
	return &pairingsOut{PairingList{items, len(items)}}, nil
}

type pairingOut struct{ Body PairingDetail }

func pairingDetail(p PairingDetail, err error) (*pairingOut, error) {
	if err != nil {
		return nil, err
	}
	return &pairingOut{p}, nil
}

func mountPairings(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/pairings", op("read", "Pairings in your reach, the latest first", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			State  string    `query:"state" enum:"current,ended" doc:"current: upcoming ones among them"`
			Q      string    `query:"q" maxLength:"60" doc:"In the names of its people, or the number"`
			Mentor uuid.UUID `query:"mentor"`
			Cursor string    `query:"cursor" maxLength:"200"`
			Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body PairingPage }, error) {
			out, err := s.Pairings(ctx, who.Actor, who.Scope, PairingFilter{State: in.State, Text: in.Q, Mentor: in.Mentor, Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			return &struct{ Body PairingPage }{out}, nil
		})
	httpd.Post(api, "/api/pairings", op("pair", "Decide about pairings, all of them or none", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body PairingsInput }) (*pairingsOut, error) {
			return pairings(s.Pair(ctx, who.Actor, who.Scope, in.Body))
		})
	httpd.Get(api, "/api/pairings/mine", op("read", "Pairings that you are in, current ones first", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*pairingsOut, error) {
			return pairings(s.MyPairings(ctx, who.Actor, who.Scope))
		})
	httpd.Get(api, "/api/pairings/{id}", op("read", "One pairing with its history", 0),
		func(ctx context.Context, who httpd.Who, in *IDIn) (*pairingOut, error) {
			return pairingDetail(s.Pairing(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Post(api, "/api/pairings/{id}/signing", op("pair", "Note the day on which the agreement was signed", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				SignedOn calendar.Date `json:"signed_on"`
				Version  int           `json:"version"`
			}
		}) (*pairingOut, error) {
			return pairingDetail(s.Sign(ctx, who.Actor, who.Scope, in.ID, in.Body.SignedOn, in.Body.Version))
		})
	httpd.Post(api, "/api/pairings/{id}/mentor", op("pair", "Put another mentor in a role from a day on; the history stays", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body ChangeInput
		}) (*pairingOut, error) {
			return pairingDetail(s.Change(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/pairings/{id}/end", op("pair", "End a pairing before its time", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body EndInput
		}) (*pairingOut, error) {
			return pairingDetail(s.End(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
}
