package db

import (
	"strings"

	"github.com/google/uuid"
)

// OrNull is how an absent id goes into a nullable column.
func OrNull(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

// Like escapes what LIKE would read as a pattern; the caller adds its own % to it.
func Like(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}
