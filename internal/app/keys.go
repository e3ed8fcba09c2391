package app

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/keyring"
)

// RotateKeys puts a new key into the key file and everything sealed under it; see
// keyring.Rotate. It is audited before, so that one that was broken off is told of.
func (a *App) RotateKeys(ctx context.Context, by access.Actor) (keyring.Rotation, error) {
	if err := a.Keys.Err(); err != nil {
		return keyring.Rotation{}, err
	}
	if err := a.auditKeys(ctx, by, "keys.rotate", "更换密钥"); err != nil {
		return keyring.Rotation{}, err
	}
	return a.Keys.Rotate(ctx, a.DB)
}

// RetireKey takes a key out of the key file that wraps nothing any more.
func (a *App) RetireKey(ctx context.Context, by access.Actor, id int) error {
	if err := a.Keys.Retire(ctx, a.DB, id); err != nil {
		return err
	}
	return a.auditKeys(ctx, by, "keys.retire", fmt.Sprintf("移除第 %d 号密钥", id))
}

// GiveUpKeys goes on without keys that are lost; it gives the key file and how many
// texts stay closed.
func (a *App) GiveUpKeys(ctx context.Context, by access.Actor) (path string, lost int, err error) {
	path, err = a.Config.keysPath()
	if err != nil {
		return "", 0, err
	}
	if _, lost, err = keyring.GiveUp(ctx, a.DB, path); err != nil {
		return "", 0, err
	}
	return path, lost, a.auditKeys(ctx, by, "keys.give_up", fmt.Sprintf("密钥遗失，放弃 %d 份打不开的密封内容", lost))
}

func (a *App) auditKeys(ctx context.Context, by access.Actor, action, summary string) error {
	return db.Transact(ctx, a.DB, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, by, a.Now(), audit.Entry{Action: action, Object: "keys", Summary: summary})
	})
}
