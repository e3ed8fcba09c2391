package volunteer

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// holdsSQL says of a certificate c whether every line of it still stands: confirmed,
// that day, with the same minutes. Another rounding takes nothing back.
func holdsSQL(set org.UnitSettings) string {
	return `NOT EXISTS (SELECT FROM jsonb_to_recordset(c.lines) AS l(record_id uuid, day date, recorded int)
		WHERE NOT EXISTS (SELECT FROM (` + activity.ParticipationsSQL(set) + `) v WHERE v.unit_id = c.unit_id AND v.record_id = l.record_id
			AND v.person_id = c.person_id AND v.day = l.day AND v.minutes = l.recorded))`
}

func nextCertificate(ctx context.Context, tx bun.Tx) (n int64, err error) {
	return n, db.One(ctx, tx, []any{&n}, `SELECT nextval('volunteer_certificate_numbers')`)
}

func insertCertificate(ctx context.Context, tx bun.Tx, by access.Actor, c Certificate) error {
	lines, err := json.Marshal(c.Lines)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO volunteer_certificates (unit_id, id, number, person_id, name, from_day, to_day, participations, minutes, lines, checksum, issued_by, issued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13)`,
		by.Unit, c.ID, c.Number, c.PersonID, c.Name, c.From, c.To, c.Participations, c.Minutes, string(lines), c.checksum, by.Person, c.IssuedAt)
	return err
}

const certificateColumns = `SELECT c.id, c.number, c.person_id, c.name, u.name, c.from_day, c.to_day, c.participations, c.minutes, c.lines::text, c.checksum,
	coalesce((SELECT i.name FROM org_people i WHERE i.unit_id = c.unit_id AND i.id = c.issued_by), ''), c.issued_at, `

const certificateTables = ` FROM volunteer_certificates c JOIN org_units u ON u.id = c.unit_id
	LEFT JOIN org_party_memberships m ON m.unit_id = c.unit_id AND m.person_id = c.person_id AND m.valid_to IS NULL
	WHERE `

func scanCertificate(rows *sql.Rows) (c Certificate, err error) {
	var lines []byte
	if err = rows.Scan(&c.ID, &c.Number, &c.PersonID, &c.Name, &c.UnitName, &c.From, &c.To, &c.Participations, &c.Minutes, &lines, &c.checksum,
		&c.IssuedBy, &c.IssuedAt, &c.Holds); err != nil {
		return c, err
	}
	c.Code = code(c.checksum)
	return c, json.Unmarshal(lines, &c.Lines)
}

// certificateOf is how Scope reaches certificates: whose they are, and where those
// belong today.
func certificateOf() access.Columns {
	return access.Columns{Unit: "c.unit_id", Persons: []string{"c.person_id"}, Branch: "m.branch_id", Group: "m.group_id"}
}

// listCertificates pages from the newest backwards; lines stay behind.
func listCertificates(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, f CertificateFilter) ([]Certificate, error) {
	where, args := scope.Where(certificateOf(), 1)
	c := clause{certificateColumns + holdsSQL(set) + certificateTables + where, args}
	if f.Person != uuid.Nil {
		c.and("c.person_id = ?", f.Person)
	}
	if f.Text != "" {
		c.and("c.number || ' ' || c.name ILIKE ?", "%"+db.Like(f.Text)+"%")
	}
	if f.before != uuid.Nil {
		c.and("c.id < ?", f.before)
	}
	c.text += fmt.Sprintf(" ORDER BY c.id DESC LIMIT %d", f.Limit)
	out := []Certificate{}
	err := db.Each(ctx, on, c.text, c.args, func(rows *sql.Rows) error {
		one, err := scanCertificate(rows)
		one.Lines = nil
		out = append(out, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	return out, nil
}

func findCertificate(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, id uuid.UUID) (c Certificate, err error) {
	where, args := scope.Where(certificateOf(), 2)
	found := false
	err = db.Each(ctx, on, certificateColumns+holdsSQL(set)+certificateTables+where+` AND c.id = $1`, append([]any{id}, args...), func(rows *sql.Rows) (err error) {
		found = true
		c, err = scanCertificate(rows)
		return err
	})
	if err == nil && !found {
		err = fault.Missing("证明")
	}
	return c, err
}

// numbered finds what a number could be: its office and checksum, nothing that it says.
func numbered(ctx context.Context, on bun.IDB, number string) (unit, id uuid.UUID, checksum []byte, err error) {
	checksum = make([]byte, 32) // compared in vain where there is no such number
	err = db.Each(ctx, on, `SELECT unit_id, id, checksum FROM volunteer_certificates WHERE number = $1 LIMIT 1`, []any{number}, func(rows *sql.Rows) error {
		return rows.Scan(&unit, &id, &checksum)
	})
	return unit, id, checksum, err
}
