package httpd

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"xianfeng/internal/fault"
)

// legible refuses what could not be kept as it was sent: a NUL, which PostgreSQL
// has no place for, and text that is not UTF-8, which would otherwise be stored
// with its characters lost. A compressed body is refused unread: unpacked it may
// have any size, and the limit on bodies counts what came over the wire.
func legible(c *fiber.Ctx) error {
	if len(c.Request().Header.PeekAll(fiber.HeaderContentEncoding)) > 0 {
		return fiber.ErrUnsupportedMediaType
	}
	var bad string
	for key, value := range c.Context().QueryArgs().All() {
		if !utf8.Valid(value) || strings.ContainsRune(string(value), 0) {
			bad = string(key)
		}
	}
	if bad != "" {
		return fault.Field(strings.ToValidUTF8(bad, ""), "内容中有无法保存的字符，请删去后重试")
	}
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEApplicationJSON) && !utf8.Valid(c.Body()) {
		return fault.New(fault.Invalid, "内容不是 UTF-8 编码，中文会变成乱码，请改用 UTF-8 后重新提交")
	}
	return c.Next()
}
