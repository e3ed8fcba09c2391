// Package account keeps sign-ins: accounts, passwords, sessions, wrong tries, and
// the management of grants.
package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// How long a session lasts, and how many wrong tries are looked at.
const (
	IdleFor   = 30 * time.Minute
	LivesFor  = 12 * time.Hour
	TryWindow = 15 * time.Minute
	MaxTries  = 5
	// touchEvery bounds how often a session's last use is written.
	touchEvery = time.Minute
)

// Account is a sign-in of a person.
type Account struct {
	ID         uuid.UUID  `json:"id"`
	Login      string     `json:"login"`
	PersonID   uuid.UUID  `json:"person_id"`
	PersonName string     `json:"person_name"`
	OnRoll     bool       `json:"on_roll" doc:"The person is on the office's roll"`
	Demo       bool       `json:"demo"`
	MustChange bool       `json:"must_change"`
	DisabledAt *time.Time `json:"disabled_at,omitempty"`
	Locked     bool       `json:"locked" doc:"Too many wrong tries; waits or is unlocked"`
	LastSeenAt *time.Time `json:"last_seen_at,omitempty"`
	Sessions   int        `json:"sessions" doc:"Sessions now open"`
	Roles      []string   `json:"roles" doc:"Grants in force, in Chinese, with their place"`
}

// Newcomer is a person on the roll without an account, as a picker offers one.
type Newcomer struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Pinyin   string    `json:"pinyin"`
	Initials string    `json:"initials"`
	Hint     string    `json:"hint" doc:"Department and staff number"`
}

// Grant is a role somebody holds at a place, as the security administrator sees it.
type Grant struct {
	ID         uuid.UUID     `json:"id"`
	PersonID   uuid.UUID     `json:"person_id"`
	PersonName string        `json:"person_name"`
	Role       string        `json:"role"`
	RoleName   string        `json:"role_name"`
	PlaceKind  string        `json:"place_kind"`
	PlaceID    *uuid.UUID    `json:"place_id,omitempty"`
	PlaceName  string        `json:"place_name"`
	ValidFrom  calendar.Date `json:"valid_from"`
	ValidTo    calendar.Date `json:"valid_to,omitzero"`
	GrantedBy  string        `json:"granted_by"`
	InForce    bool          `json:"in_force"`
}

var loginPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,39}$`)

// CleanLogin brings a login to the form that is stored, or refuses it.
func CleanLogin(login string) (string, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if !loginPattern.MatchString(login) {
		return "", fault.Field("login", "登录名为 2 到 40 个字符，只用小写字母、数字和 . _ -,并以字母或数字开头")
	}
	return login, nil
}

// newToken makes a 256-bit secret and the hash under which it is kept.
func newToken() (token string, hash []byte, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", nil, fmt.Errorf("token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, tokenHash(token), nil
}

func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
