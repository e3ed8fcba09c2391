package volunteer

import "xianfeng/internal/httpd"

// Mount mounts volunteering. Each file of routes mounts its own; fixed paths come before
// those with an id in the same place.
func Mount(api *httpd.API, s *Service) {
	mountActions(api, s)
	mountSignups(api, s)
	mountHours(api, s)
	mountCertificates(api, s)
	mountImports(api, s)
}
