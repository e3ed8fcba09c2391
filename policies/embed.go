// Package policies holds the access model and its lines.
package policies

import _ "embed"

// Model is the Casbin model.
//
//go:embed model.conf
var Model string

// Policy is the Casbin policy, one line for each role and permission.
//
//go:embed policy.csv
var Policy string
