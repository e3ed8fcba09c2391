package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"xianfeng/internal/db"
	"xianfeng/internal/points"
)

// pgbenchKey is the Idempotency-Key of the request whose statements become a script.
const pgbenchKey = "capture-for-pgbench"

// script turns the statements of one posting into one for pgbench, in which the
// person, the ids, the voucher and the place in the chain are new each time. The
// hash is not reckoned: that work is the product's.
func script(said []statement, e points.EntryDetail) string {
	fresh := func(kind string) string { // ids that grow, as the product's do
		return `('019b0000' || lpad(to_hex(:run::int * 100 + :client_id::int), 4, '0') || '7` + kind + `8000' || lpad(to_hex(:i::bigint), 12, '0'))::uuid::text`
	}
	r := replacer{
		parts: map[string]string{
			e.Person.String():   `('019a000000007001' || '80' || lpad(to_hex(:person::bigint), 14, '0'))::uuid::text`,
			e.RecordID.String(): fresh("001"), e.ID.String(): fresh("002"),
			e.PrevHash: `substr(:a_head::text, 3)`,
			pgbenchKey: fresh("003"),
		},
		wholes: map[string]string{
			strconv.FormatInt(e.Voucher, 10): `btrim(:v_coalesce::text, '[]')`, // drawn with the book's reading, as JSON
			strconv.FormatInt(e.Seq, 10):     `(:a_seq::bigint + 1)::text`,
		},
	}
	var b strings.Builder
	b.WriteString("\\set i :i + 1\n\\set person random(4, :people)\n")
	for _, s := range said {
		switch {
		case strings.Contains(s.text, "INSERT INTO audit_entries"): // the second argument is the row's own id
			r.parts[*s.args[1]] = fresh("004")
		}
		b.WriteString(strings.TrimRight(r.inline(s), " \n;"))
		switch {
		case strings.Contains(s.text, "nextval('points_vouchers')"):
			b.WriteString("\n\\gset v_\n")
		case strings.Contains(s.text, "FROM points_accounts") && strings.Contains(s.text, "FOR UPDATE"):
			b.WriteString("\n\\gset a_\n")
		default:
			b.WriteString(";\n")
		}
	}
	return b.String()
}

// replacer writes a statement's arguments into its text: what changes as an
// expression, the rest as it was.
type replacer struct {
	parts  map[string]string // replaced wherever it is found
	wholes map[string]string // replaced only where it is the whole argument, or an array's only element
}

var parameter = regexp.MustCompile(`\$[0-9]+`)

func (r replacer) inline(s statement) string {
	return parameter.ReplaceAllStringFunc(s.text, func(p string) string {
		n, _ := strconv.Atoi(p[1:]) // the pattern has seen to it
		if s.args[n-1] == nil {
			return "NULL::" + s.types[n-1]
		}
		return "(" + r.expression(*s.args[n-1], s.types[n-1]) + ")::" + s.types[n-1]
	})
}

func (r replacer) expression(arg, kind string) string {
	inner := strings.Trim(arg, "{}")
	if e, ok := r.wholes[inner]; ok && strings.HasPrefix(kind, "bigint") {
		if inner != arg {
			return `'{' || ` + e + ` || '}'`
		}
		return e
	}
	for old, e := range r.parts {
		if old == "" {
			continue
		}
		if before, after, found := strings.Cut(arg, old); found {
			return r.expression(before, kind) + " || " + e + " || " + r.expression(after, kind)
		}
	}
	// pgbench would take a colon for a variable.
	return strings.ReplaceAll("'"+strings.ReplaceAll(arg, "'", "''")+"'", ":", "' || chr(58) || '")
}

var tps = regexp.MustCompile(`tps = ([0-9.]+) \(without`)

// pgbench makes a side of turns out of a script. Its plans are made once and for
// all, as those of the product's connections, which live longer, have come to be.
func (b *bench) pgbench(o *office, name, text string, long time.Duration) (func() (float64, error), error) {
	program, err := b.postgresProgram("pgbench")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	run := 0
	return func() (float64, error) {
		run++
		cmd := exec.Command(program, "-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(int(long.Seconds())),
			"-D", "i=0", "-D", fmt.Sprintf("run=%d", run), "-D", fmt.Sprintf("people=%d", o.people-1), "-f", file, o.url)
		cmd.Env = append(os.Environ(), "PGOPTIONS=-c role="+db.AppRole+" -c timezone=Asia/Shanghai -c plan_cache_mode=force_generic_plan")
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("pgbench: %w: %.3000s", err, said.String())
		}
		m := tps.FindStringSubmatch(said.String())
		if m == nil || strings.Contains(said.String(), "aborted") {
			return 0, fmt.Errorf("pgbench said: %.3000s", said.String())
		}
		return strconv.ParseFloat(m[1], 64)
	}, nil
}

// postgresProgram finds a client program, beside the server's or in PATH.
func (b *bench) postgresProgram(name string) (string, error) {
	places, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		return "", err
	}
	if dir := os.Getenv("PG_BIN_DIR"); dir != "" {
		places = append(places, filepath.Join(dir, name))
	}
	if len(places) > 0 {
		return places[len(places)-1], nil
	}
	return exec.LookPath(name)
}
