package activity

import (
	"context"

	"xianfeng/internal/access"
)

// Organisers lists the places whose activities the actor may record today: branches
// with their groups, departments, projects, the unit. scope is that of activity.record, so
// the list offers exactly what Create takes.
func (s *Service) Organisers(ctx context.Context, by access.Actor, scope access.Scope) ([]OrganiserChoice, error) {
	all, err := listOrganisers(ctx, s.db, by.Unit, s.now())
	if err != nil {
		return nil, err
	}
	choices := []OrganiserChoice{}
	for _, o := range all {
		if scope.Covers(at(by.Unit, o)) {
			choices = append(choices, OrganiserChoice{OrganiserRef{o.Kind, organiserID(o)}, o.Name})
		}
	}
	return choices, nil
}

// Projects lists the projects that held the records in reach, for the filter of a list.
// scope is that of activity.read.
func (s *Service) Projects(ctx context.Context, by access.Actor, scope access.Scope) ([]ProjectRef, error) {
	record, err := s.reach(by, needRecord())
	if err != nil {
		return nil, err
	}
	return listProjects(ctx, s.db, scope, record)
}
