package talk

import "xianfeng/internal/httpd"

// Mount mounts the talks. Each file of routes mounts its own.
func Mount(api *httpd.API, s *Service) {
}
