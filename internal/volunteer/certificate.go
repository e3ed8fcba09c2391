package volunteer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// CertificateLine is one participation on a certificate, as it stood then.
type CertificateLine struct {
	RecordID uuid.UUID     `json:"record_id" format:"uuid"`
	Day      calendar.Date `json:"day"`
	Title    string        `json:"title"`
	Place    string        `json:"place"`
	Recorded int           `json:"recorded" doc:"Minutes as recorded"`
	Minutes  int           `json:"minutes" doc:"Counted, after rounding"`
}

// Certificate is a 志愿服务证明: hours whose public notice had passed when it was made
// out (rule 31). It is never changed; Holds says whether the records behind it still
// say so.
type Certificate struct {
	ID             uuid.UUID         `json:"id" format:"uuid"`
	Number         string            `json:"number" doc:"志证〔2026〕0001号"`
	PersonID       uuid.UUID         `json:"person_id" format:"uuid"`
	Name           string            `json:"name"`
	UnitName       string            `json:"unit_name"`
	From           calendar.Date     `json:"from"`
	To             calendar.Date     `json:"to"`
	Participations int               `json:"participations"`
	Minutes        int               `json:"minutes"`
	Lines          []CertificateLine `json:"lines,omitempty"`
	Code           string            `json:"code" doc:"Proves the number where the certificate is verified"`
	Holds          bool              `json:"holds" doc:"The same hours still stand in the records"`
	IssuedBy       string            `json:"issued_by"`
	IssuedAt       time.Time         `json:"issued_at"`
	checksum       []byte
}

// Checked is what whoever holds the paper is told: what is printed on it, and whether
// it still holds.
type Checked struct {
	Number         string        `json:"number"`
	Holds          bool          `json:"holds"`
	Name           string        `json:"name"`
	UnitName       string        `json:"unit_name"`
	From           calendar.Date `json:"from"`
	To             calendar.Date `json:"to"`
	Participations int           `json:"participations"`
	Minutes        int           `json:"minutes"`
	IssuedOn       calendar.Date `json:"issued_on"`
}

// codeBytes is how much of the checksum stands on paper: 64 bits, which nobody
// guesses, in 16 characters that can be typed.
const codeBytes = 8

// number is 志证〔2026〕0001号; the numbers go on over the years, gaps allowed.
func number(year int, n int64) string { return fmt.Sprintf("志证〔%d〕%04d号", year, n) }

// sum is the SHA-256 of what is printed, with the id, which is printed nowhere: a code
// cannot be worked out from a copy of the text.
func (c Certificate) sum() ([]byte, error) {
	text, err := json.Marshal(struct {
		Form           string
		ID             uuid.UUID
		Number         string
		Person         uuid.UUID
		Name, Unit     string
		From, To       calendar.Date
		Participations int
		Minutes        int
		Lines          []CertificateLine
		IssuedAt       time.Time
	}{"xianfeng-volunteer-certificate-1", c.ID, c.Number, c.PersonID, c.Name, c.UnitName, c.From, c.To, c.Participations, c.Minutes, c.Lines, c.IssuedAt.UTC()})
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

func code(checksum []byte) string { return hex.EncodeToString(checksum[:codeBytes]) }

// proves compares a code from paper with a checksum, in a time that tells nothing.
func proves(said string, checksum []byte) bool {
	said = strings.ToLower(strings.TrimSpace(said))
	return subtle.ConstantTimeCompare([]byte(said), []byte(code(checksum))) == 1
}

// made fills a certificate with the participations that passed their notice.
func (c *Certificate) made(items []Participation) error {
	for i := len(items) - 1; i >= 0; i-- { // the oldest first
		p := items[i]
		if p.Notice != NoticePassed {
			continue
		}
		c.Lines = append(c.Lines, CertificateLine{p.RecordID, p.Day, p.Title, p.Place, p.Recorded, p.Minutes})
		c.Participations++
		c.Minutes += p.Minutes
	}
	if len(c.Lines) == 0 {
		return fault.New(fault.RuleBroken, "这段时间没有公示期满的志愿时长，请先公示时长，期满无异议后再开具")
	}
	return nil
}

// paperCode is the code on paper: it leads to where the certificate is verified. origin
// is the address at which the reader's browser sees this office.
func (c Certificate) paperCode(origin string) (QR, error) {
	origin, err := checkOrigin(origin)
	if err != nil {
		return QR{}, err
	}
	return newQR(origin + "/verify?" + url.Values{"number": {c.Number}, "code": {c.Code}}.Encode())
}
