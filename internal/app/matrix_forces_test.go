package app_test

// forceRequests are the requests of taskforces: their kinds, staff, tasks, outcomes, notes, files, appraisals and archive; see matrix.requests.
func forceRequests() map[string]route {
	return map[string]route{}
}
