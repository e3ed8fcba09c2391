package volunteer

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
)

// newCode makes the short address of an action: 50 random bits in letters and digits
// that nobody takes for one another.
func newCode() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return base32.NewEncoding("23456789abcdefghijkmnpqrstuvwxyz").EncodeToString(b[:])[:10]
}

// QR is a square of dark and light modules, as a page draws it.
type QR struct {
	Address string `json:"address" doc:"What it leads to"`
	Size    int    `json:"size" doc:"Modules on a side, with the margin of four that readers ask for"`
	Path    string `json:"path" doc:"The dark modules as the path of an SVG whose viewBox is 0 0 size size"`
}

const qrMargin = 4

// newQR draws an address. Its middling correction bears a crease in the paper.
func newQR(address string) (QR, error) {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return QR{}, fmt.Errorf("QR of %q: %w", address, err)
	}
	side := code.Bounds().Dx()
	var path strings.Builder
	dark := func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return r == 0 }
	for y := range side {
		for x := 0; x < side; x++ {
			if !dark(x, y) {
				continue
			}
			from := x
			for x+1 < side && dark(x+1, y) {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+qrMargin, y+qrMargin, x-from+1, x-from+1)
		}
	}
	return QR{Address: address, Size: side + 2*qrMargin, Path: path.String()}, nil
}

// checkOrigin takes the address under which the browser reached the office, as the
// poster prints it: the server behind a proxy does not know it.
func checkOrigin(origin string) (string, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(origin) > 200 ||
		u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fault.Field("origin", "网址应写作 http://主机名 或 https://主机名 的样式")
	}
	return u.Scheme + "://" + u.Host, nil
}

// Poster gives the code to print for an action. scope is that of volunteer.organise.
func (s *Service) Poster(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, origin string) (QR, error) {
	origin, err := checkOrigin(origin)
	if err != nil {
		return QR{}, err
	}
	l, err := s.look(by)
	if err != nil {
		return QR{}, err
	}
	l.read, l.organise = scope, scope
	a, err := findAction(ctx, s.db, l, id, s.now())
	switch {
	case err != nil:
		return QR{}, err
	case !a.organises:
		return QR{}, fault.Missing("志愿服务活动")
	}
	return newQR(origin + "/v/" + a.code)
}

// ByCode finds the action of a code on paper, if the actor sees it. scope is that of
// volunteer.read.
func (s *Service) ByCode(ctx context.Context, by access.Actor, scope access.Scope, code string) (uuid.UUID, error) {
	id, err := findCode(ctx, s.db, by.Unit, strings.ToLower(strings.TrimSpace(code)))
	if err != nil {
		return uuid.Nil, err
	}
	l := look{by: by, read: scope}
	a, err := findAction(ctx, s.db, l, id, s.now())
	return a.ID, err
}
