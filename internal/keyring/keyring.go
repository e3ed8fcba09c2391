// Package keyring seals texts that not even who reads the database may read. Each
// text has a key of its own, wrapped by a key of a file that lies outside the database,
// outside the data directory and outside backups.
//
// What a row holds says neither what the text is nor how long it is, to within 256
// bytes, and opens under the row's own unit and id alone.
package keyring

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/fault"
)

const (
	keySize = 32 // AES-256
	// padTo hides the length of a text: what is sealed is a multiple of it.
	padTo = 256
	// format is the first byte of what is stored, so that another algorithm can
	// follow without a guess.
	format = 1
)

// Ring holds the keys of the key file. It may be used by many at once; it reads the
// file again when that has changed, so that a running server follows a rotation.
type Ring struct {
	mu     sync.RWMutex
	path   string // empty: in memory alone
	seen   os.FileInfo
	keys   map[int]key
	newest int
	closed error // why nothing can be sealed or opened
}

type key struct {
	id      int
	created time.Time // zero: when it is written to a file
	secret  []byte
}

// fingerprint names a key without telling anything of it.
func (k key) fingerprint() []byte {
	m := hmac.New(sha256.New, k.secret)
	m.Write([]byte("xianfeng key fingerprint"))
	return m.Sum(nil)
}

// New makes a ring with one fresh key in memory, for tests: what it seals nobody
// opens after the process.
func New() *Ring {
	k := key{id: 1, secret: random(keySize)}
	return &Ring{keys: map[int]key{1: k}, newest: 1}
}

// Closed is a ring whose keys are not to be had: everything that needs one is refused
// with the reason.
func Closed(why error) *Ring { return &Ring{closed: why} }

// Err says why the ring is closed; nil where it is not.
func (r *Ring) Err() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.closed
}

// Seal seals a text under a new key of its own, which it keeps wrapped under id, and
// gives what is to be stored in the row of that id. An id is sealed once.
func (r *Ring) Seal(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, text string) (sealed []byte, err error) {
	k, err := r.sealing()
	if err != nil {
		return nil, err
	}
	own := random(keySize)
	sealed, err = encrypt(own, pad(text), about("text", unit, id))
	if err != nil {
		return nil, err
	}
	wrapped, err := encrypt(k.secret, own, about("wrap", unit, id))
	if err != nil {
		return nil, err
	}
	return sealed, insertWrap(ctx, tx, k, wrap{unit: unit, id: id, wrapped: wrapped})
}

// Sealed is the sealed text of a row.
type Sealed struct {
	ID   uuid.UUID
	Text []byte
}

// Open opens what Seal gave.
func (r *Ring) Open(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, sealed []byte) (text string, err error) {
	texts, err := r.OpenAll(ctx, tx, unit, []Sealed{{id, sealed}})
	if err != nil {
		return "", err
	}
	return texts[0], nil
}

// OpenAll opens several texts, in their order, with one statement.
func (r *Ring) OpenAll(ctx context.Context, tx bun.Tx, unit uuid.UUID, sealed []Sealed) ([]string, error) {
	if err := r.Err(); err != nil {
		return nil, err
	}
	wraps, err := wrapsOf(ctx, tx, unit, sealed)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(sealed))
	for i, s := range sealed {
		w, there := wraps[s.ID]
		if !there {
			return nil, damaged(fmt.Errorf("no key of the sealed row %s", s.ID))
		}
		own, err := r.unwrap(w)
		if err != nil {
			return nil, err
		}
		padded, err := decrypt(own, s.Text, about("text", unit, s.ID))
		if err != nil {
			return nil, damaged(fmt.Errorf("sealed row %s: %w", s.ID, err))
		}
		if texts[i], err = unpad(padded); err != nil {
			return nil, damaged(fmt.Errorf("sealed row %s: %w", s.ID, err))
		}
	}
	return texts, nil
}

// Forget takes away the key of a sealed text, with which the text is gone for good.
// The row that holds the text goes or changes in the same transaction.
func (r *Ring) Forget(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) error {
	return deleteWrap(ctx, tx, unit, id)
}

func (r *Ring) unwrap(w wrap) ([]byte, error) {
	k, err := r.key(w.key)
	if err != nil {
		return nil, err
	}
	own, err := decrypt(k.secret, w.wrapped, about("wrap", w.unit, w.id))
	if err != nil {
		return nil, damaged(fmt.Errorf("key of the sealed row %s: %w", w.id, err))
	}
	return own, nil
}

// sealing is the key that seals now.
func (r *Ring) sealing() (key, error) {
	if err := r.follow(false); err != nil {
		return key{}, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[r.newest], r.closed
}

func (r *Ring) key(id int) (key, error) {
	r.mu.RLock()
	k, there := r.keys[id]
	r.mu.RUnlock()
	if there {
		return k, nil
	}
	if err := r.follow(true); err != nil {
		return key{}, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if k, there = r.keys[id]; !there {
		return key{}, fault.Newf(fault.Unavailable, "封存这份内容的第 %d 号密钥不在本机的密钥文件中，暂时打不开；请管理员运行 xianfeng keys status 核对密钥文件", id)
	}
	return k, nil
}

func damaged(cause error) error {
	return fault.Wrap(cause, fault.Internal, "这份内容没有通过校验，可能在数据库中被改动过，请告诉管理员用备份核对")
}

// about binds what is encrypted to its row and to what it is: a wrapped key or a text
// that is carried to another row does not open there.
func about(what string, unit, id uuid.UUID) []byte {
	b := append([]byte("xianfeng "+what+" 1:"), unit[:]...)
	return append(b, id[:]...)
}

// pad gives the length, the text, and zeros to a multiple of padTo.
func pad(text string) []byte {
	n := 4 + len(text)
	b := make([]byte, (n+padTo-1)/padTo*padTo)
	binary.BigEndian.PutUint32(b, uint32(len(text)))
	copy(b[4:], text)
	return b
}

func unpad(b []byte) (string, error) {
	if len(b) < 4 || uint64(binary.BigEndian.Uint32(b))+4 > uint64(len(b)) {
		return "", errors.New("length does not fit")
	}
	return string(b[4 : 4+binary.BigEndian.Uint32(b)]), nil
}

func encrypt(secret, plain, about []byte) ([]byte, error) {
	a, err := aead(secret)
	if err != nil {
		return nil, err
	}
	nonce := random(a.NonceSize())
	return a.Seal(append([]byte{format}, nonce...), nonce, plain, about), nil
}

func decrypt(secret, stored, about []byte) ([]byte, error) {
	a, err := aead(secret)
	if err != nil {
		return nil, err
	}
	if len(stored) < 1+a.NonceSize() || !bytes.HasPrefix(stored, []byte{format}) {
		return nil, errors.New("not of a known format")
	}
	return a.Open(nil, stored[1:1+a.NonceSize()], stored[1+a.NonceSize():], about)
}

func aead(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	return cipher.NewGCM(block)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails, or ends the program
	return b
}
