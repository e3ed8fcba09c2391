package mentoring

import "xianfeng/internal/httpd"

// Mount mounts mentoring. Each file of routes mounts its own; fixed paths come before
// those with an id in the same place.
func Mount(api *httpd.API, s *Service) {
	mountMentors(api, s)
	mountWishes(api, s)
	mountMentees(api, s)
	mountProposals(api, s)
	mountPairings(api, s)
	mountPlans(api, s)
	mountLogs(api, s)
	mountAssessments(api, s)
}
