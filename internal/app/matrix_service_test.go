package app_test

// serviceRequests are the requests of volunteering: actions, codes, hours, notices, certificates and imports; see matrix.requests.
func serviceRequests() map[string]route {
	return map[string]route{}
}
