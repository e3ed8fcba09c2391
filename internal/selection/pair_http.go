package selection

import (
	"context"

	"xianfeng/internal/httpd"
)

type scoresIn struct {
	IDIn
	Body struct {
		Items []Given `json:"items" minItems:"1" maxItems:"2000"`
	}
}

type sheetOut struct{ Body Sheet }

func mountSheet(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/selections/{id}/sheet", httpd.Op{Need: needRead(), Tag: "selections", Summary: "The scoring sheet of the year's pairs, to those who see the whole office"},
		func(ctx context.Context, who httpd.Who, in *IDIn) (*sheetOut, error) {
			sheet, err := s.Sheet(ctx, who.Actor, who.Scope, in.ID)
			return &sheetOut{sheet}, err
		})
	httpd.Put(api, "/api/selections/{id}/scores", httpd.Op{Need: needScore(), Tag: "selections", Summary: "Give your own points on the judged lines of the scoring sheet"},
		func(ctx context.Context, who httpd.Who, in *scoresIn) (*sheetOut, error) {
			sheet, err := s.Score(ctx, who.Actor, who.Scope, in.ID, in.Body.Items)
			return &sheetOut{sheet}, err
		})
}
