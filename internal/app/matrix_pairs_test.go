package app_test

// pairRequests are the requests of mentoring, of scoring the best pair, and of the time line of a person; see matrix.requests.
func pairRequests() map[string]route {
	return map[string]route{}
}
