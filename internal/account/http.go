package account

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type sessionOut struct {
	Body Session
}

// Session tells the pages who is signed in and what they may do at all.
type Session struct {
	Account     Named       `json:"account"`
	Person      Named       `json:"person"`
	Unit        Named       `json:"unit"`
	Branch      *uuid.UUID  `json:"branch_id,omitempty"`
	Group       *uuid.UUID  `json:"group_id,omitempty"`
	Roles       []RoleThere `json:"roles"`
	Permissions []string    `json:"permissions" doc:"resource.action, so that no page shows a button that will be refused"`
	MustChange  bool        `json:"must_change" doc:"Has to set a new password before anything else"`
}

// Named is an id with what people call it.
type Named struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// RoleThere is a role at its place, in words.
type RoleThere struct {
	Role      string `json:"role"`
	RoleName  string `json:"role_name"`
	PlaceName string `json:"place_name"`
}

type nothing struct{}

type tokenIn struct {
	Token string `cookie:"xianfeng_session"`
}

type signInIn struct {
	UserAgent string `header:"User-Agent"`
	Body      struct {
		Login    string `json:"login" maxLength:"100"`
		Password string `json:"password" maxLength:"300"`
	}
}

type signInOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Session
}

func optional(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func (s *Service) session(a access.Actor) Session {
	out := Session{
		Account: Named{a.Account, a.Login}, Person: Named{a.Person, a.Name}, Unit: Named{a.Unit, a.UnitName},
		Branch: optional(a.Branch), Group: optional(a.Group),
		Roles: []RoleThere{}, Permissions: s.policy.Permissions(a), MustChange: a.MustChange,
	}
	for _, g := range a.Grants {
		r, _ := access.RoleByCode(g.Role)
		out.Roles = append(out.Roles, RoleThere{g.Role, r.Name, g.PlaceName})
	}
	return out
}

func cookie(token string, secure bool) http.Cookie {
	c := http.Cookie{Name: httpd.CookieName, Value: token, Path: "/", HttpOnly: true, Secure: secure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(LivesFor / time.Second)}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

type idIn struct {
	ID uuid.UUID `path:"id"`
}

type searchIn struct {
	Q string `query:"q" maxLength:"50" doc:"Name, pinyin, initials or login"`
}

type listOut[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next"`
		Total int    `json:"total"`
	}
}

func listed[T any](items []T, err error) (*listOut[T], error) {
	if err != nil {
		return nil, err
	}
	out := &listOut[T]{}
	out.Body.Items, out.Body.Total = items, len(items)
	return out, nil
}

type passwordOut struct {
	Body struct {
		Account  *Account `json:"account,omitempty"`
		Password string   `json:"password" doc:"Shown this once; has to be changed at the next sign-in"`
	}
}

// Mount mounts sign-in, set-up, accounts and grants. The cookie is for
// HTTPS only where the request came so, or always with secure.
func Mount(api *httpd.API, s *Service, secure bool) {
	use := access.Need{Resource: "session", Action: "use"}
	httpd.Post(api, "/api/session", httpd.Op{Need: access.Public, Tag: "session", Summary: "Sign in", MaxBody: 4 << 10},
		func(ctx context.Context, who httpd.Who, in *signInIn) (*signInOut, error) {
			token, a, err := s.SignIn(ctx, who.Actor, in.Body.Login, in.Body.Password, in.UserAgent)
			if err != nil {
				return nil, err
			}
			return &signInOut{SetCookie: cookie(token, secure || who.HTTPS), Body: s.session(a)}, nil
		})
	httpd.Get(api, "/api/session", httpd.Op{Need: use, Tag: "session", Summary: "Who is signed in"},
		func(_ context.Context, who httpd.Who, _ *nothing) (*sessionOut, error) {
			return &sessionOut{Body: s.session(who.Actor)}, nil
		})
	httpd.Delete(api, "/api/session", httpd.Op{Need: use, Tag: "session", Summary: "Sign out", Status: http.StatusNoContent},
		func(ctx context.Context, who httpd.Who, in *tokenIn) (*struct {
			SetCookie http.Cookie `header:"Set-Cookie"`
		}, error) {
			if err := s.SignOut(ctx, who.Actor, in.Token); err != nil {
				return nil, err
			}
			return &struct {
				SetCookie http.Cookie `header:"Set-Cookie"`
			}{cookie("", secure || who.HTTPS)}, nil
		})
	httpd.Post(api, "/api/session/password", httpd.Op{Need: use, Tag: "session", Summary: "Change one's own password", Status: http.StatusNoContent, Secret: true},
		func(ctx context.Context, who httpd.Who, in *struct {
			Token string `cookie:"xianfeng_session"` // embedded, it would not be read
			Body  struct {
				Current  string `json:"current" maxLength:"300"`
				Password string `json:"password" maxLength:"300"`
			}
		}) (*nothing, error) {
			return nil, s.ChangePassword(ctx, who.Actor, in.Token, in.Body.Current, in.Body.Password)
		})
	httpd.Get(api, "/api/session/why", httpd.Op{Need: use, Tag: "session", Summary: "Why one may or may not do something"},
		func(_ context.Context, who httpd.Who, in *struct {
			Resource string `query:"resource" maxLength:"40"`
			Action   string `query:"action" maxLength:"40"`
		}) (*struct{ Body Why }, error) {
			w, err := s.why(who.Actor, access.Need{Resource: in.Resource, Action: in.Action})
			return &struct{ Body Why }{w}, err
		})
	httpd.Get(api, "/api/setup", httpd.Op{Need: access.Public, Tag: "session", Summary: "Whether a one-time set-up link still works"},
		func(ctx context.Context, _ httpd.Who, in *struct {
			Token string `query:"token" maxLength:"100"`
		}) (*struct {
			Body struct {
				Open bool `json:"open"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Open bool `json:"open"`
				}
			}{}
			var err error
			out.Body.Open, err = s.SetupOpen(ctx, in.Token)
			return out, err
		})
	httpd.Post(api, "/api/setup", httpd.Op{Need: access.Public, Tag: "session", Summary: "Found the office and its first administrator", Status: http.StatusNoContent, MaxBody: 8 << 10},
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Token      string `json:"token" maxLength:"100"`
				UnitName   string `json:"unit_name" minLength:"2" maxLength:"60"`
				PersonName string `json:"person_name" minLength:"2" maxLength:"30"`
				Login      string `json:"login" maxLength:"40"`
				Password   string `json:"password" maxLength:"300"`
			}
		}) (*nothing, error) {
			b := in.Body
			return nil, s.Setup(ctx, who.Actor, First{b.Token, b.UnitName, b.PersonName, b.Login, b.Password})
		})
	mountAccounts(api, s)
	mountGrants(api, s)
}

func mountAccounts(api *httpd.API, s *Service) {
	read := access.Need{Resource: "account", Action: "read"}
	write := access.Need{Resource: "account", Action: "write"}
	httpd.Get(api, "/api/accounts", httpd.Op{Need: read, Tag: "accounts", Summary: "Accounts"},
		func(ctx context.Context, who httpd.Who, in *searchIn) (*listOut[Account], error) {
			return listed(s.List(ctx, who.Scope, in.Q))
		})
	httpd.Get(api, "/api/accounts/newcomers", httpd.Op{Need: write, Tag: "accounts", Summary: "People on the roll without an account, at most 20"},
		func(ctx context.Context, who httpd.Who, in *searchIn) (*listOut[Newcomer], error) {
			return listed(s.Newcomers(ctx, who.Scope, in.Q))
		})
	httpd.Post(api, "/api/accounts", httpd.Op{Need: write, Tag: "accounts", Summary: "Create an account", Status: http.StatusCreated, Secret: true},
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Login    string     `json:"login" maxLength:"40"`
				PersonID *uuid.UUID `json:"person_id,omitempty" doc:"A person on the roll"`
				Name     string     `json:"name,omitempty" maxLength:"30" doc:"Somebody who is not on the roll yet"`
			}
		}) (*passwordOut, error) {
			n := NewAccount{Login: in.Body.Login, Name: in.Body.Name}
			if in.Body.PersonID != nil {
				n.Person = *in.Body.PersonID
			}
			a, password, err := s.Create(ctx, who.Actor, who.Scope, n)
			if err != nil {
				return nil, err
			}
			out := &passwordOut{}
			out.Body.Account, out.Body.Password = &a, password
			return out, nil
		})
	act := func(path, summary string, need access.Need, do func(context.Context, access.Actor, access.Scope, uuid.UUID) error) {
		httpd.Post(api, "/api/accounts/{id}/"+path, httpd.Op{Need: need, Tag: "accounts", Summary: summary, Status: http.StatusNoContent},
			func(ctx context.Context, who httpd.Who, in *idIn) (*nothing, error) {
				return nil, do(ctx, who.Actor, who.Scope, in.ID)
			})
	}
	act("disable", "Disable an account at once", write, s.Disable)
	act("enable", "Enable an account", write, s.Enable)
	act("unlock", "Forget wrong tries", write, s.Unlock)
	act("sign-out", "End all sessions", access.Need{Resource: "account", Action: "sessions"},
		func(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
			_, err := s.EndSessions(ctx, by, scope, id)
			return err
		})
	httpd.Post(api, "/api/accounts/{id}/reset", httpd.Op{Need: write, Tag: "accounts", Summary: "Reset a password", Secret: true},
		func(ctx context.Context, who httpd.Who, in *idIn) (*passwordOut, error) {
			password, err := s.Reset(ctx, who.Actor, who.Scope, in.ID)
			if err != nil {
				return nil, err
			}
			out := &passwordOut{}
			out.Body.Password = password
			return out, nil
		})
	httpd.Put(api, "/api/accounts/{id}/person", httpd.Op{Need: write, Tag: "accounts", Summary: "Link an account to its person on the roll", Status: http.StatusNoContent},
		func(ctx context.Context, who httpd.Who, in *struct {
			ID   uuid.UUID `path:"id"` // embedded, it would not be read
			Body struct {
				PersonID uuid.UUID `json:"person_id"`
			}
		}) (*nothing, error) {
			return nil, s.Link(ctx, who.Actor, who.Scope, in.ID, in.Body.PersonID)
		})
}

func mountGrants(api *httpd.API, s *Service) {
	write := access.Need{Resource: "grant", Action: "write"}
	read := access.Need{Resource: "grant", Action: "read"}
	httpd.Get(api, "/api/roles", httpd.Op{Need: read, Tag: "grants", Summary: "Roles, where they are granted, and what each may do"},
		func(context.Context, httpd.Who, *nothing) (*listOut[RoleInfo], error) {
			return listed(s.roles())
		})
	httpd.Get(api, "/api/grants", httpd.Op{Need: read, Tag: "grants", Summary: "Grants not taken back"},
		func(ctx context.Context, who httpd.Who, in *searchIn) (*listOut[Grant], error) {
			return listed(s.Grants(ctx, who.Scope, in.Q))
		})
	httpd.Post(api, "/api/grants", httpd.Op{Need: write, Tag: "grants", Summary: "Grant a role", Status: http.StatusCreated},
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				PersonID  uuid.UUID     `json:"person_id"`
				Role      string        `json:"role" maxLength:"40"`
				PlaceID   *uuid.UUID    `json:"place_id,omitempty"`
				ValidFrom calendar.Date `json:"valid_from,omitzero"`
				ValidTo   calendar.Date `json:"valid_to,omitzero"`
			}
		}) (*struct {
			Body struct {
				ID uuid.UUID `json:"id"`
			}
		}, error) {
			n := NewGrant{Person: in.Body.PersonID, Role: in.Body.Role, From: in.Body.ValidFrom, To: in.Body.ValidTo}
			if in.Body.PlaceID != nil {
				n.Place = *in.Body.PlaceID
			}
			id, err := s.Grant(ctx, who.Actor, who.Scope, n)
			if err != nil {
				return nil, err
			}
			out := &struct {
				Body struct {
					ID uuid.UUID `json:"id"`
				}
			}{}
			out.Body.ID = id
			return out, nil
		})
	httpd.Delete(api, "/api/grants/{id}", httpd.Op{Need: write, Tag: "grants", Summary: "Take a grant back at once", Status: http.StatusNoContent},
		func(ctx context.Context, who httpd.Who, in *idIn) (*nothing, error) {
			return nil, s.EndGrant(ctx, who.Actor, who.Scope, in.ID)
		})
}
