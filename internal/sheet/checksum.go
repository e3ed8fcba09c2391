package sheet

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"

	"xianfeng/internal/calendar"
)

// Digest is the checksum of a report's rows while they stream by.
//
// The canonical form, which page, workbook and print share: the header line
// "xianfeng-rows-1", then the keys of the columns, then each row; every key and
// every value is a tag byte, the length of its bytes as eight bytes big-endian,
// and the bytes. Tags: 'k' key, 'n' empty (an empty text and a zero date too),
// 's' text in UTF-8, 'i' whole number (points are hundredths, hours minutes) in
// decimal, 'd' date as 2006-01-02; 'r' with length 0 begins a row. Titles,
// widths, order of styles and formulas take no part.
type Digest struct {
	columns []Column
	hash    hash.Hash
	buf     []byte
}

// NewDigest begins the checksum of rows under the columns.
func NewDigest(columns []Column) *Digest {
	d := &Digest{columns: columns, hash: sha256.New()}
	d.buf = append(d.buf, "xianfeng-rows-1\n"...)
	for _, c := range columns {
		d.buf = tagged(d.buf, 'k', c.Key)
	}
	return d
}

// Row adds one row.
func (d *Digest) Row(values []any) error {
	if len(values) != len(d.columns) {
		return fmt.Errorf("sheet: a row has %d values for %d columns", len(values), len(d.columns))
	}
	d.buf = tagged(d.buf, 'r', "")
	for i, v := range values {
		n, text, what, err := plain(d.columns[i], v)
		if err != nil {
			return err
		}
		switch what {
		case isNumber:
			var digits [20]byte
			d.buf = tagged(d.buf, 'i', strconv.AppendInt(digits[:0], n, 10))
		case isDate:
			d.buf = tagged(d.buf, 'd', v.(calendar.Date).String())
		case isText:
			d.buf = tagged(d.buf, 's', text)
		default:
			d.buf = tagged(d.buf, 'n', "")
		}
	}
	if len(d.buf) > 32<<10 {
		d.flush()
	}
	return nil
}

// Sum is the checksum so far, in hexadecimal.
func (d *Digest) Sum() string {
	d.flush()
	return hex.EncodeToString(d.hash.Sum(nil))
}

func (d *Digest) flush() {
	d.hash.Write(d.buf) // a hash never fails
	d.buf = d.buf[:0]
}

func tagged[T string | []byte](buf []byte, tag byte, v T) []byte {
	buf = append(buf, tag)
	buf = binary.BigEndian.AppendUint64(buf, uint64(len(v)))
	return append(buf, v...)
}

// Checksum is the SHA-256 of the rows' canonical form (see Digest).
func Checksum(columns []Column, rows Rows) (string, error) {
	d := NewDigest(columns)
	for values, err := range rows {
		if err != nil {
			return "", err
		}
		if err := d.Row(values); err != nil {
			return "", err
		}
	}
	return d.Sum(), nil
}

type shape uint8

const (
	isEmpty shape = iota
	isText
	isNumber
	isDate
)

// plain takes a value apart: a number in the column's unit, the date's serial,
// or a text. A value of another type than the column's kind is our mistake.
func plain(c Column, v any) (n int64, text string, what shape, err error) {
	switch v := v.(type) {
	case nil:
		return 0, "", isEmpty, nil
	case string:
		if c.Kind == Text {
			if v == "" {
				return 0, "", isEmpty, nil
			}
			return 0, v, isText, nil
		}
	case int:
		if c.Kind == Int || c.Kind == Points || c.Kind == Hours {
			return int64(v), "", isNumber, nil
		}
	case int64:
		if c.Kind == Int || c.Kind == Points || c.Kind == Hours {
			return v, "", isNumber, nil
		}
	case calendar.Date:
		if c.Kind == Date {
			if v.IsZero() {
				return 0, "", isEmpty, nil
			}
			return int64(dateSerial(v)), "", isDate, nil
		}
	}
	return 0, "", isEmpty, fmt.Errorf("sheet: column %q cannot hold %T", c.Key, v)
}
