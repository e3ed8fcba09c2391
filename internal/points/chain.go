package points

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"

	"github.com/google/uuid"
)

// chainAlgorithm hashes new entries. Its name is stored with each and lies inside
// the hash, so that a later one can follow without touching what stands.
const chainAlgorithm = "sha256"

// canonical writes every column of the entry but its own hash, in one order for
// all times: each value as its length, a colon, the value, and a line end. What
// it does not cover could be changed unseen (rule 18), so a new column of entries
// belongs at its end, under a new algorithm name.
func (e Entry) canonical(unit uuid.UUID) []byte {
	b := make([]byte, 0, 1024)
	put := func(s string) {
		b = strconv.AppendInt(b, int64(len(s)), 10)
		b = append(append(append(b, ':'), s...), '\n')
	}
	id := func(u uuid.UUID) {
		if u == uuid.Nil {
			put("")
			return
		}
		put(u.String())
	}
	number := func(n int64) { put(strconv.FormatInt(n, 10)) }
	put(e.Algorithm)
	id(unit)
	id(e.Person)
	number(e.Seq)
	put(string(e.PrevHash))
	number(e.Voucher)
	id(e.ID)
	id(e.Branch)
	id(e.Group)
	id(e.Scheme)
	id(e.Rule)
	put(string(e.Dimension))
	number(int64(e.Points))
	number(int64(e.Requested))
	put(e.CutBy)
	put(e.FactOn.String())
	put(e.FactQuarter.String())
	number(e.PostedAt.UTC().UnixMicro()) // what PostgreSQL keeps of a moment
	put(e.PostQuarter.String())
	number(int64(e.Balance))
	put(e.Source)
	id(e.SourceID)
	id(e.RecordID)
	id(e.Reverses)
	id(e.PostedBy)
	id(e.VerifiedBy)
	put(e.Reason)
	return b
}

// seal closes the entry to the account's head before it.
func (e *Entry) seal(unit uuid.UUID, head []byte) {
	e.Algorithm, e.PrevHash = chainAlgorithm, head
	sum := sha256.Sum256(e.canonical(unit))
	e.Hash = sum[:]
}

// intact says whether the entry still is what was sealed; the error names an
// algorithm that this program does not know.
func (e Entry) intact(unit uuid.UUID) (bool, error) {
	if e.Algorithm != chainAlgorithm {
		return false, fmt.Errorf("unknown chain algorithm %q", e.Algorithm)
	}
	sum := sha256.Sum256(e.canonical(unit))
	return bytes.Equal(sum[:], e.Hash), nil
}
