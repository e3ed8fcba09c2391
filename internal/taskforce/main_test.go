package taskforce

import (
	"os"
	"testing"

	"xianfeng/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
