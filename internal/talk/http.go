package talk

import "xianfeng/internal/httpd"

// Mount mounts the talks. Each file of routes mounts its own; fixed paths come before
// those with an id in the same place.
func Mount(api *httpd.API, s *Service) {
	mountHeld(api, s)
	mountRecord(api, s)
	mountFollowUps(api, s)
	mountCoverage(api, s)
	mountList(api, s)
	mountTypes(api, s)
	mountPlans(api, s)
	mountOccasions(api, s)
}
