package taskforce

import "xianfeng/internal/httpd"

// Mount mounts the taskforces. Each file of routes mounts its own; fixed paths come
// before those with an id in the same place.
func Mount(api *httpd.API, s *Service) {
	mountKinds(api, s)
	mountList(api, s)
	mountLife(api, s)
	mountStaff(api, s)
	mountTasks(api, s)
	mountOutcomes(api, s)
	mountNotes(api, s)
	mountFiles(api, s)
	mountTimeline(api, s)
	mountConclusion(api, s)
	mountAppraisals(api, s)
	mountArchive(api, s)
}
