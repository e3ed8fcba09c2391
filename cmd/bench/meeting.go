package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// mostStatements is what confirming a meeting may send, whoever was there.
const mostStatements = 12

// meeting holds a branch meeting of 300, recorded and confirmed in one request,
// against psql writing the same rows in one transaction.
func (b *bench) meeting(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, usual)
	if err != nil {
		return nil, err
	}
	said, err := b.confirmStatements(ctx, o)
	if err != nil {
		return nil, err
	}
	twin, err := b.clone(ctx, o)
	if err != nil {
		return nil, err
	}
	s, err := b.serve(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	cookie, err := s.signIn(ctx, clerk)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	w, err := dial(ctx, s.address)
	if err != nil {
		return nil, err
	}
	defer w.close()
	var p pair
	for i := range b.rounds() + 1 {
		var answer bytes.Buffer
		request := post(s.address, "/api/activities", cookie, fmt.Sprintf("meeting-%d", i), o.meetingOf(crowd, i+2, true))
		start := time.Now()
		if err := w.roundTrip(request, &answer); err != nil {
			return nil, err
		}
		ours := time.Since(start).Seconds()
		var saved activity.Saved
		if err := json.Unmarshal(answer.Bytes(), &saved); err != nil {
			return nil, err
		}
		if saved.Posted == nil || saved.Posted.Entries < crowd {
			return nil, fmt.Errorf("the meeting posted %+v", saved.Posted)
		}
		plain, err := b.sameRows(ctx, conn, saved.ID)
		if err != nil {
			return nil, err
		}
		bare, err := b.psql(twin, plain)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			p.ours, p.bare = append(p.ours, ours), append(p.bare, bare)
		}
	}
	f := figure{row: "meeting", work: fmt.Sprintf("meeting of %d recorded and confirmed: attendance, points, minutes, audit", crowd),
		value: milliseconds(median(p.ours)), against: "the same rows by plain SQL in one psql transaction: " + milliseconds(median(p.bare)), ratio: p.ratio()}
	n := figure{row: "meeting", work: "statements of confirming its draft, sign-in apart, none by the person"}.within(float64(said), mostStatements, "statements")
	return []figure{f.atMost(2), n}, nil
}

// meetingOf is the form of a branch meeting some days ago at which so many of the
// first branch are named; every twentieth stayed away without excuse.
func (o *office) meetingOf(people, daysAgo int, confirm bool) string {
	day := calendar.DateOf(time.Now()).AddDays(-daysAgo)
	votes := people - people/20 - 10
	input := struct {
		activity.RecordInput
		Confirm bool `json:"confirm"`
	}{Confirm: confirm}
	host, recorder := personID(2), personID(3)
	input.RecordInput = activity.RecordInput{
		Kind: "branch_meeting", Title: fmt.Sprintf("党员大会(%d)", daysAgo), Place: "三楼会议室",
		StartsAt: day.String() + "T09:00", EndsAt: day.String() + "T10:30",
		Organiser: activity.OrganiserRef{Kind: "branch", ID: o.branch}, HostID: &host, RecorderID: &recorder,
		Agenda: "学习文件；讨论本季度工作计划", Content: strings.Repeat("会议听取了支部工作情况报告，与会党员逐一发言。", 40),
		Resolutions: []activity.Resolution{{Title: "通过本季度工作计划", For: &votes}},
	}
	for i := range people {
		a := activity.Attendance{Person: personID(i + 1), Status: activity.Present}
		if i%20 == 19 {
			a.Status, a.Absence = activity.Absent, activity.Unexcused
		}
		input.Attendance = append(input.Attendance, a)
	}
	body, err := json.Marshal(input)
	if err != nil {
		panic(err) // of our own making
	}
	return string(body)
}

// confirmStatements counts what confirming the draft of a large meeting sends, and
// sees that it is no more than for a small gathering. Sign-in and the frames of the
// transaction are not counted.
func (b *bench) confirmStatements(ctx context.Context, o *office) (int, error) {
	t, err := b.trace(o)
	if err != nil {
		return 0, err
	}
	defer t.close(ctx)
	address := b.address(2)
	w, cookie, err := t.listen(ctx, address)
	if err != nil {
		return 0, err
	}
	defer w.close()
	confirm := func(draft string) (int, error) {
		var answer bytes.Buffer
		if err := w.roundTrip(post(address, "/api/activities", cookie, "", draft), &answer); err != nil {
			return 0, err
		}
		var saved activity.Saved
		if err := json.Unmarshal(answer.Bytes(), &saved); err != nil {
			return 0, err
		}
		t.forget()
		err := w.roundTrip(post(address, "/api/activities/"+saved.ID.String()+"/confirm", cookie, "", fmt.Sprintf(`{"row_version":%d}`, saved.RowVersion)), io.Discard)
		return t.count() - 1, err
	}
	// Fewer than are expected may only come where nobody is: to a reading salon.
	small, err := confirm(strings.Replace(o.meetingOf(crowd/10, 30, false), `"branch_meeting"`, `"reading_salon"`, 1))
	if err != nil {
		return 0, err
	}
	large, err := confirm(o.meetingOf(crowd, 31, false))
	if err == nil && large > small+2 { // a salon does not ask for the expected ones
		err = fmt.Errorf("%d statements for %d people, %d for %d: some go by the person", large, crowd, small, crowd/10)
	}
	return large, err
}

// clone copies the office's database, while nobody uses it.
func (b *bench) clone(ctx context.Context, o *office) (*office, error) {
	admin, err := pgx.Connect(ctx, b.pg.AdminURL("postgres"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = admin.Close(ctx) }()
	const name = "bench_twin"
	from, err := pgx.ParseConfig(o.url)
	if err != nil {
		return nil, err
	}
	for _, s := range []string{
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + from.Database + `'`,
		`DROP DATABASE IF EXISTS ` + name,
		`CREATE DATABASE ` + name + ` TEMPLATE ` + from.Database + ` OWNER xianfeng_owner`,
		`CHECKPOINT`,
	} {
		if _, err := admin.Exec(ctx, s); err != nil {
			return nil, err
		}
	}
	twin := *o
	twin.admin = b.pg.AdminURL(name)
	twin.url, err = inDatabase(b.pg.OwnerURL(), name)
	return &twin, err
}

// sameRows writes a script with the rows that a record left, each table in one
// statement.
func (b *bench) sameRows(ctx context.Context, conn *pgx.Conn, record uuid.UUID) (string, error) {
	const people = `person_id IN (SELECT person_id FROM points_entries WHERE record_id = $1)`
	const version = `(SELECT id FROM activity_activities WHERE record_id = $1)`
	s := &rowScript{ctx: ctx, conn: conn}
	s.insert("activity_activities", `record_id = $1`, with{"state": "'draft'", "confirmed_at": "NULL"}, "", record)
	s.insert("activity_attendances", `activity_id = `+version, nil, "", record)
	s.insert("activity_resolutions", `activity_id = `+version, nil, "", record)
	s.insert("points_entries", `record_id = $1`, nil, "", record)
	s.insert("points_caps", people+` AND kept.cap IN ('dimension:political', 'rule:attend_meetings', 'rule:host', 'rule:record')`, nil, onUsed, record)
	s.insert("points_totals", people+` AND (person_id, quarter, dimension) IN (SELECT person_id, post_quarter, dimension FROM points_entries WHERE record_id = $1)`, nil, onTotals, record)
	s.insert("points_accounts", people, nil, onAccounts, record)
	s.insert("audit_entries", `object_id = $1`, nil, "", record)
	s.write(`SELECT format('UPDATE activity_activities SET state = ''confirmed'', confirmed_at = %L WHERE unit_id = %L AND id = %L', confirmed_at, unit_id, id)
		FROM activity_activities WHERE record_id = $1`, record)
	return s.transaction(), s.err
}

// psql runs a script and gives the time between the two clocks it prints, in seconds.
func (b *bench) psql(o *office, script string) (float64, error) {
	program, err := b.postgresProgram("psql")
	if err != nil {
		return 0, err
	}
	file := filepath.Join(b.dir, "meeting.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		return 0, err
	}
	cmd := exec.Command(program, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", file, o.url)
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c role="+db.AppRole)
	said, err := cmd.CombinedOutput()
	clocks := strings.Fields(string(said))
	if err != nil || len(clocks) != 2 {
		return 0, fmt.Errorf("psql: %w: %.2000s", err, said)
	}
	var at [2]float64
	for i := range at {
		if at[i], err = strconv.ParseFloat(clocks[i], 64); err != nil {
			return 0, err
		}
	}
	return at[1] - at[0], nil
}
