package mentoring

import (
	"context"
	"net/http"

	"xianfeng/internal/httpd"
)

func mountWishes(api *httpd.API, s *Service) {
	type list struct {
		Items []Wish `json:"items"`
		Total int    `json:"total"`
	}
	httpd.Get(api, "/api/mentoring-wishes", op("pair", "Pairs wished for beforehand, and those that must not be", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct{ Body list }, error) {
			items, err := s.Wishes(ctx, who.Scope)
			return &struct{ Body list }{list{items, len(items)}}, err
		})
	httpd.Post(api, "/api/mentoring-wishes", op("pair", "Note a pair that is wished for, or must not be", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body WishInput }) (*struct{ Body Wish }, error) {
			out, err := s.NoteWish(ctx, who.Actor, who.Scope, in.Body)
			return &struct{ Body Wish }{out}, err
		})
	httpd.Delete(api, "/api/mentoring-wishes/{id}", op("pair", "Forget one", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *IDIn) (*struct{}, error) {
			return nil, s.DropWish(ctx, who.Actor, who.Scope, in.ID)
		})
}
