package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"xianfeng/internal/calendar"
)

// kills is how often a fault is repeated: a few times with every test run, often
// with make faults.
func kills(often int) int {
	if os.Getenv("XIANFENG_FAULTS") == "1" {
		return often
	}
	return 3
}

// poster is several people recording activities without pause, each with a key of
// its own, who try again until they are answered.
type poster struct {
	office  *visitor
	person  string
	stop    atomic.Bool
	retries atomic.Int64
	wait    sync.WaitGroup
	mu      sync.Mutex
	acked   map[string]string // title → id of the record; empty where only told that it was done
}

// anybody is the id of some Party member.
func anybody(office *visitor) string {
	office.i.t.Helper()
	var people struct{ Items []struct{ ID string } }
	office.ask("GET", "/api/people?political_status=party_member&limit=1", "", 200, &people)
	return people.Items[0].ID
}

// salon is an activity of the whole office yesterday, recorded and confirmed at once.
func salon(person, title string, n int) fields {
	day := calendar.DateOf(time.Now()).AddDays(-1 - n%7).String()
	return fields{"kind": "reading_salon", "title": title, "starts_at": day + "T09:00", "ends_at": day + "T10:00", "place": "图书室",
		"organiser": fields{"kind": "unit"}, "host_id": person, "recorder_id": person, "confirm": true, "overlap_answer": "先后到场",
		"attendance": []fields{{"person_id": person, "status": "present"}}}
}

func (p *poster) work(worker int) {
	v := *p.office
	for n := 0; !p.stop.Load(); n++ {
		title := fmt.Sprintf("读书会 %d-%d", worker, n)
		key := fmt.Sprintf("kill-%d-%d-%d", worker, n, os.Getpid())
		for try := 0; ; try++ {
			a, err := v.send("POST", "/api/activities", salon(p.person, title, n), key)
			var saved struct{ ID string }
			switch {
			case err == nil && a.status == 201:
				a.into(p.office.i.t, &saved)
			case err == nil && a.status == 409 && strings.Contains(string(a.body), "已经处理过"):
			case err == nil && a.status < 500:
				p.office.i.t.Errorf("%s: %s", title, a)
				return
			default:
				p.retries.Add(1)
				if try > 6000 { // a copy of what was done waits 3 s for its answer, which many kills cut short
					p.office.i.t.Errorf("%s was never answered: %s %v", title, a, err)
					return
				}
				time.Sleep(50 * time.Millisecond)
				continue
			}
			p.mu.Lock()
			p.acked[title] = saved.ID
			p.mu.Unlock()
			break
		}
	}
}

func (p *poster) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.acked)
}

// more waits until so many further posts are acknowledged.
func (p *poster) more(n int) {
	p.office.i.t.Helper()
	want, deadline := p.count()+n, time.Now().Add(time.Minute)
	for p.count() < want {
		if time.Now().After(deadline) {
			p.office.i.t.Fatalf("nothing gets through any more\n%s", p.office.i.server.said)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// The server, and then its PostgreSQL, are killed again and again under people who
// post: nothing that was acknowledged is lost, nothing is doubled, no activity is
// without its points, and the ledgers verify.
func TestFaultKills(t *testing.T) {
	t.Parallel()
	i := install(t)
	office := i.found()
	begun := time.Now()
	p := &poster{office: office, person: anybody(office), acked: map[string]string{}}
	for worker := range 4 {
		p.wait.Go(func() { p.work(worker) })
	}
	defer p.stop.Store(true)
	for n := range kills(100) {
		p.more(3)
		time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
		i.kill()
		i.start()
		t.Logf("%.1f s: server killed %d×, %d acknowledged", time.Since(begun).Seconds(), n+1, p.count())
	}
	for n := range kills(50) {
		p.more(3)
		time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
		killPostgres(t, i)
		t.Logf("%.1f s: PostgreSQL killed %d×, %d acknowledged", time.Since(begun).Seconds(), n+1, p.count())
	}
	p.more(3)
	p.stop.Store(true)
	p.wait.Wait()
	if p.retries.Load() == 0 {
		t.Error("no request ever failed: nothing was tested")
	}
	if said := i.done("ledger", "verify"); !strings.Contains(said, "完好") { // beside the server
		t.Error(said)
	}
	if err := i.stop(); err != nil {
		t.Errorf("ended with %v", err)
	}
	i.done("ledger", "verify")
	i.database(func(ctx context.Context, c *pgx.Conn) { p.compare(t, ctx, c) })
}

// killPostgres kills the private server's postmaster, once it is there.
func killPostgres(t *testing.T, i *installation) {
	t.Helper()
	for range 3000 {
		b, err := os.ReadFile(filepath.Join(i.dir, "pg", "pgdata", "postmaster.pid"))
		if err == nil {
			pid, err := strconv.Atoi(strings.SplitN(string(b), "\n", 2)[0])
			must(t, err)
			if err = syscall.Kill(pid, syscall.SIGKILL); err == nil {
				return
			}
		}
		time.Sleep(10 * time.Millisecond) // the server is about to start it again
	}
	t.Fatalf("PostgreSQL does not come back:\n%s", i.server.said)
}

// compare holds what was acknowledged against what is there.
func (p *poster) compare(t *testing.T, ctx context.Context, c *pgx.Conn) {
	rows, err := c.Query(ctx, `SELECT a.title, a.record_id::text, a.state,
			(SELECT count(*) FROM points_entries e WHERE e.unit_id = a.unit_id AND e.record_id = a.record_id),
			(SELECT count(*) FROM audit_entries u WHERE u.object_id = a.record_id AND u.action = 'activity.confirm')
		FROM activity_activities a WHERE a.title LIKE '读书会 %'`)
	must(t, err)
	defer rows.Close()
	there := map[string]bool{}
	for rows.Next() {
		var title, id, state string
		var entries, audits int
		must(t, rows.Scan(&title, &id, &state, &entries, &audits))
		if there[title] {
			t.Errorf("%s is there twice", title)
		}
		there[title] = true
		if acked, ok := p.acked[title]; !ok || acked != "" && acked != id {
			t.Errorf("%s: acknowledged as %q, kept as %s", title, acked, id)
		}
		if state != "confirmed" || entries != 3 || audits != 1 { // for attending, hosting and recording
			t.Errorf("%s is %s with %d entries and %d audit rows", title, state, entries, audits)
		}
	}
	must(t, rows.Err())
	for title := range p.acked {
		if !there[title] {
			t.Errorf("%s was acknowledged and is lost", title)
		}
	}
	t.Logf("%d acknowledged, %d tried again", len(there), p.retries.Load())
}
