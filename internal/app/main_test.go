package app_test

import (
	"os"
	"testing"

	"xianfeng/internal/testdb"
)

func TestMain(m *testing.M) {
	code := testdb.Run(m)
	_ = os.RemoveAll(built.dir)
	os.Exit(code)
}
