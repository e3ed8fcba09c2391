package talk

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// confide runs fn in a transaction in which row-level security knows the actor. What
// fn reads leaves it only after the commit, so that whatever it wrote about a reading
// stands before anything is read.
func (s *Service) confide(ctx context.Context, by access.Actor, fn func(ctx context.Context, tx bun.Tx) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := db.ActAs(ctx, tx, by.Unit, by.Person); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

// recordOf finds a talk for its record. That there is a talk may be known to many; to
// them, too, its record is not there.
func recordOf(ctx context.Context, tx bun.Tx, scope access.Scope, c access.Columns, talk uuid.UUID) (talkRow, error) {
	t, err := findTalk(ctx, tx, scope, c, talk, false)
	if fault.Is(err, fault.NotFound) {
		err = fault.Missing("谈话记录")
	}
	return t, err
}

// Record reads the record of a talk: to the two, and to a leader whom both named while
// the time runs. Each reading is audited; the leader's is also written down for the
// two to see. scope is that of talk_text.read.
func (s *Service) Record(ctx context.Context, by access.Actor, scope access.Scope, talk uuid.UUID) (out Record, err error) {
	err = s.confide(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		t, err := recordOf(ctx, tx, scope, named(), talk)
		if err != nil {
			return err
		}
		entry := audit.Entry{Action: "talk.record.read", Object: "talk", ObjectID: talk, Summary: "阅看本人谈话的记录：" + t.names()}
		if !t.party(by) {
			opened, err := logOpening(ctx, tx, by, talk, s.now())
			if err != nil {
				return err
			}
			if !opened {
				return fault.Missing("谈话记录")
			}
			entry.Action, entry.Summary = "talk.record.open", "经双方同意打开谈话记录："+t.names()
		}
		if err := audit.Record(ctx, tx, by, s.now(), entry); err != nil {
			return err
		}
		out, err = s.readRecord(ctx, tx, by, t)
		return err
	})
	if err != nil {
		return Record{}, err
	}
	return out, nil
}

// readRecord reads what row-level security lets the actor see.
func (s *Service) readRecord(ctx context.Context, tx bun.Tx, by access.Actor, t talkRow) (out Record, err error) {
	out = Record{TalkID: t.ID, Party: t.party(by)}
	out.MayWrite = out.Party && t.begun(s.today())
	versions, sealed, err := readVersions(ctx, tx, by.Unit, t.ID)
	if err != nil {
		return out, err
	}
	texts, err := s.ring.OpenAll(ctx, tx, by.Unit, sealed)
	if err != nil {
		return out, err
	}
	for i := range versions {
		versions[i].Text = texts[i]
	}
	out.Versions = versions
	if out.Consents, err = readConsents(ctx, tx, by.Unit, t.ID); err != nil {
		return out, err
	}
	if out.Openings, err = readOpenings(ctx, tx, by.Unit, t.ID); err != nil {
		return out, err
	}
	out.FollowUps, err = followUpsOf(ctx, tx, by, t.ID, s.today())
	return out, err
}

// Write keeps a new version of the record, by either of the two. after is the version
// that the writer had before them; where the other one wrote meanwhile, nothing is
// kept. scope is that of talk_text.write.
func (s *Service) Write(ctx context.Context, by access.Actor, scope access.Scope, talk uuid.UUID, text string, after int) (out Record, err error) {
	if text, err = checkText(text); err != nil {
		return out, err
	}
	return s.amend(ctx, by, scope, talk, func(ctx context.Context, tx bun.Tx, t talkRow) (audit.Entry, error) {
		entry := audit.Entry{Action: "talk.record.write", Summary: "写谈话记录：" + t.names(), Detail: map[string]any{"version": after + 1}}
		if err := t.mustHaveBegun(s.today()); err != nil {
			return entry, err
		}
		newest, _, _, err := newestVersion(ctx, tx, by.Unit, talk)
		if err != nil {
			return entry, err
		}
		if newest != after {
			return entry, writtenMeanwhile()
		}
		id := db.NewID()
		sealed, err := s.ring.Seal(ctx, tx, by.Unit, id, text)
		if err != nil {
			return entry, err
		}
		return entry, insertVersion(ctx, tx, by, id, talk, after+1, sealed, s.now())
	})
}

// Agree is the other one's word that a version says what was said. scope is that of
// talk_text.write.
func (s *Service) Agree(ctx context.Context, by access.Actor, scope access.Scope, talk uuid.UUID, version int) (Record, error) {
	return s.amend(ctx, by, scope, talk, func(ctx context.Context, tx bun.Tx, t talkRow) (audit.Entry, error) {
		entry := audit.Entry{Action: "talk.record.agree", Summary: "确认谈话记录：" + t.names(), Detail: map[string]any{"version": version}}
		newest, writer, agreed, err := newestVersion(ctx, tx, by.Unit, talk)
		if err != nil {
			return entry, err
		}
		switch {
		case newest == 0:
			return entry, fault.Missing("谈话记录")
		case newest != version:
			return entry, fault.New(fault.Conflict, "记录刚有新的版本，请刷新后看过再确认")
		case writer == by.Person:
			return entry, fault.New(fault.RuleBroken, "您写的记录须由对方确认")
		case agreed:
			return entry, fault.New(fault.Conflict, "这一版记录已经确认，请刷新后查看")
		}
		done, err := agreeVersion(ctx, tx, by, talk, version, s.now())
		if err == nil && !done {
			err = fault.New(fault.Conflict, "这一版记录已经确认，请刷新后查看")
		}
		return entry, err
	})
}

// amend is a change of a record or of who may read it, by one of the two, who gets it
// back as it stands then.
func (s *Service) amend(ctx context.Context, by access.Actor, scope access.Scope, talk uuid.UUID,
	do func(ctx context.Context, tx bun.Tx, t talkRow) (audit.Entry, error)) (out Record, err error) {
	err = s.confide(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		t, err := recordOf(ctx, tx, scope, parties(), talk)
		if err != nil {
			return err
		}
		if !t.party(by) { // a wider scope, should one ever be granted, does not make a party
			return fault.Missing("谈话记录")
		}
		entry, err := do(ctx, tx, t)
		if err != nil {
			return err
		}
		entry.Object, entry.ObjectID = "talk", talk
		if err := audit.Record(ctx, tx, by, s.now(), entry); err != nil {
			return err
		}
		out, err = s.readRecord(ctx, tx, by, t)
		return err
	})
	if err != nil {
		return Record{}, err
	}
	return out, nil
}

// Readings lists the talks whose record the actor may read now, because both named
// them. It opens none.
func (s *Service) Readings(ctx context.Context, by access.Actor, scope access.Scope) (out []Reading, err error) {
	if !scope.Covers(access.Place{Unit: by.Unit, Person: by.Person}) {
		return []Reading{}, nil
	}
	err = s.confide(ctx, by, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = listReadings(ctx, tx, by)
		return err
	})
	return out, err
}
