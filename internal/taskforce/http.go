package taskforce

import "xianfeng/internal/httpd"

// Mount mounts the taskforces. Each file of routes mounts its own; fixed paths come
// before those with an id in the same place.
func Mount(_ *httpd.API, _ *Service) {
}
