// Package idempotency makes the same request twice have one effect and one answer.
// The key of a write is reserved in the write's own transaction; the answer is
// kept after it. There is no expiry.
package idempotency

import "xianfeng/internal/access"

// Answer is what a carried-out request answered. Status 0: it was carried out,
// but the server died before it could keep the answer.
type Answer struct {
	BodyHash    []byte // SHA-256 of method, address and body
	Status      int
	ContentType string
	Body        []byte
}

func keyed(by access.Actor) bool { return by.Key != "" }
