package org

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type datedIn struct {
	ID    uuid.UUID `path:"id"`
	Dated uuid.UUID `path:"dated" doc:"The position or exemption"`
	Body  LastDay
}

// LastDay is the day something is in force for the last time.
type LastDay struct {
	LastDay calendar.Date `json:"last_day"`
}

func mountMoves(api *httpd.API, s *Service) {
	const tag = "people"
	write := need("people", "write")
	httpd.Post(api, "/api/people/{id}/branch", httpd.Op{Need: write, Tag: tag, Summary: "Move to a branch and group from a day on"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PersonIn
			Body BranchMove
		}) (*personOut, error) {
			return onePerson(s.Transfer(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/people/{id}/department", httpd.Op{Need: write, Tag: tag, Summary: "Move to a department from a day on"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PersonIn
			Body DepartmentMove
		}) (*personOut, error) {
			return onePerson(s.MoveDepartment(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/people/{id}/positions", httpd.Op{Need: write, Tag: tag, Summary: "Appoint"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PersonIn
			Body NewPosition
		}) (*personOut, error) {
			return onePerson(s.Appoint(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/people/{id}/positions/{dated}/end", httpd.Op{Need: write, Tag: tag, Summary: "End a position"},
		func(ctx context.Context, who httpd.Who, in *datedIn) (*personOut, error) {
			return onePerson(s.EndPosition(ctx, who.Actor, who.Scope, in.ID, in.Dated, in.Body.LastDay))
		})
	httpd.Post(api, "/api/people/{id}/exemptions", httpd.Op{Need: write, Tag: tag, Summary: "Exempt from the points ledger (rule 15)"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PersonIn
			Body NewExemption
		}) (*personOut, error) {
			return onePerson(s.Exempt(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/people/{id}/exemptions/{dated}/end", httpd.Op{Need: write, Tag: tag, Summary: "End an exemption"},
		func(ctx context.Context, who httpd.Who, in *datedIn) (*personOut, error) {
			return onePerson(s.EndExemption(ctx, who.Actor, who.Scope, in.ID, in.Dated, in.Body.LastDay))
		})
	httpd.Post(api, "/api/people/{id}/leave", httpd.Op{Need: write, Tag: tag, Summary: "Take off the roll after a last day"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PersonIn
			Body LastDay
		}) (*personOut, error) {
			return onePerson(s.Leave(ctx, who.Actor, who.Scope, in.ID, in.Body.LastDay))
		})
	httpd.Post(api, "/api/people/{id}/return", httpd.Op{Need: write, Tag: tag, Summary: "Take the leaving back"},
		func(ctx context.Context, who httpd.Who, in *PersonIn) (*personOut, error) {
			return onePerson(s.Return(ctx, who.Actor, who.Scope, in.ID))
		})
}
