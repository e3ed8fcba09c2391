package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"xianfeng/internal/fault"
)

// Config is everything that flags and environment set; the tags are kong's. What
// an office decides (late days, rankings) is a setting in the database, not here.
type Config struct {
	Listen        string        `default:"127.0.0.1:8080" env:"XIANFENG_LISTEN" help:"监听地址"`
	Data          string        `default:"xianfeng-data" env:"XIANFENG_DATA" type:"path" help:"数据目录：附件、报表，以及自带的 PostgreSQL"`
	Keys          string        `env:"XIANFENG_KEYS" type:"path" help:"密钥文件：封存谈话记录所用，须在数据目录之外，单独备份；不填则为“数据目录.keys”"`
	DatabaseURL   string        `name:"database-url" env:"DATABASE_URL" help:"外部 PostgreSQL（15 或更新）的地址；不填则启动自带的私有 PostgreSQL"`
	OwnerURL      string        `name:"owner-url" env:"XIANFENG_OWNER_URL" help:"迁移所用的表所有者地址；不填则与 DATABASE_URL 相同，请求改以 xianfeng_app 角色运行"`
	PGBinDir      string        `name:"pg-bin-dir" env:"PG_BIN_DIR" help:"私有 PostgreSQL 的程序目录（含 initdb、postgres）"`
	MaxConns      int           `default:"16" env:"XIANFENG_MAX_CONNS" help:"数据库连接数上限"`
	Origin        []string      `env:"XIANFENG_ORIGIN" help:"允许提交的其他来源，如 https://dj.example.cn（反向代理改写 Host 时需要）"`
	BehindProxy   bool          `env:"XIANFENG_BEHIND_PROXY" help:"位于自己的反向代理之后：采信 X-Forwarded-For 与 X-Forwarded-Proto"`
	SecureCookies bool          `env:"XIANFENG_SECURE_COOKIES" help:"会话 Cookie 只经 HTTPS 发送（有 HTTPS 时务必打开）"`
	AllowDemo     bool          `env:"XIANFENG_ALLOW_DEMO" help:"监听非本机地址时也允许演示账号登录；正式运行不要打开"`
	LogFormat     string        `default:"text" enum:"text,json" env:"XIANFENG_LOG_FORMAT" help:"日志格式：text 或 json"`
	LogLevel      string        `default:"info" enum:"debug,info,warn,error" env:"XIANFENG_LOG_LEVEL" help:"日志级别"`
	DrainFor      time.Duration `default:"20s" env:"XIANFENG_DRAIN_FOR" help:"停止时等待未完请求的时间"`
}

// keysPath is where the key file is: beside the data directory and never in it, so
// that no copy of the one takes the other along.
func (c Config) keysPath() (string, error) {
	path := c.Keys
	if path == "" {
		path = filepath.Clean(c.Data) + ".keys"
	}
	dir, err := resolved(filepath.Dir(path))
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "密钥文件 "+path+" 所在的目录进不去，请检查权限，或用 --keys（XIANFENG_KEYS）换一个位置")
	}
	data, err := resolved(c.Data)
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	if rel, err := filepath.Rel(data, dir); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", fault.Newf(fault.Invalid, "密钥文件 %s 在数据目录之内，备份数据时会连密钥一起带走；请用 --keys（XIANFENG_KEYS）放到数据目录之外", path)
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

func resolved(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) { // not made yet
		return dir, nil
	}
	return real, err
}

// DemoSignIns says whether the published sign-ins of the demo office are let in:
// on this machine alone, unless the operator says otherwise.
func (c Config) DemoSignIns() bool {
	if c.AllowDemo {
		return true
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || c.BehindProxy {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Lines shows the configuration as `xianfeng config` prints it, with passwords
// hidden.
func (c Config) Lines() []string {
	data, err := filepath.Abs(c.Data)
	if err != nil {
		data = c.Data
	}
	database := masked(c.DatabaseURL)
	if database == "" {
		database = "（自带的私有 PostgreSQL，位于 " + filepath.Join(data, "pg") + "）"
	}
	keys, err := c.keysPath()
	if err != nil {
		keys = fault.From(err).Message
	}
	can := "不能"
	if c.DemoSignIns() {
		can = "可以"
	}
	row := func(env string, v any) string { return fmt.Sprintf("%-24s %v", env, v) }
	return []string{
		row("XIANFENG_LISTEN", c.Listen), row("XIANFENG_DATA", data), row("XIANFENG_KEYS", keys), row("DATABASE_URL", database),
		row("XIANFENG_OWNER_URL", masked(c.OwnerURL)), row("PG_BIN_DIR", c.PGBinDir), row("XIANFENG_MAX_CONNS", c.MaxConns),
		row("XIANFENG_ORIGIN", strings.Join(c.Origin, ",")), row("XIANFENG_BEHIND_PROXY", c.BehindProxy),
		row("XIANFENG_SECURE_COOKIES", c.SecureCookies), row("XIANFENG_ALLOW_DEMO", fmt.Sprintf("%v（演示账号现在%s登录）", c.AllowDemo, can)),
		row("XIANFENG_LOG_FORMAT", c.LogFormat), row("XIANFENG_LOG_LEVEL", c.LogLevel), row("XIANFENG_DRAIN_FOR", c.DrainFor),
	}
}

func masked(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" { // a keyword string may carry a password anywhere
		return "（已设置）"
	}
	q := u.Query()
	for _, name := range []string{"password", "sslpassword"} { // PostgreSQL takes them here as well
		if q.Has(name) {
			q.Set(name, "xxxxx")
			u.RawQuery = q.Encode()
		}
	}
	return u.Redacted()
}
