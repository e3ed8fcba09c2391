package org

import (
	"context"

	"xianfeng/internal/httpd"
)

type settingsOut struct {
	Body UnitSettings
}

func mountSettings(api *httpd.API, s *Service) {
	const tag = "settings"
	httpd.Get(api, "/api/settings", httpd.Op{Need: need("settings", "read"), Tag: tag, Summary: "The office's settings"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*settingsOut, error) {
			set, err := s.ReadSettings(ctx, who.Scope)
			return &settingsOut{Body: set}, err
		})
	httpd.Put(api, "/api/settings", httpd.Op{Need: need("settings", "write"), Tag: tag, Summary: "Replace the settings"},
		func(ctx context.Context, who httpd.Who, in *struct{ Body UnitSettings }) (*settingsOut, error) {
			set, err := s.SaveSettings(ctx, who.Actor, who.Scope, in.Body)
			return &settingsOut{Body: set}, err
		})
}
