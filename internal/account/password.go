package account

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"xianfeng/internal/fault"
)

// MinPassword is the least number of characters of a password.
const MinPassword = 12

// argon2id as OWASP's first choice for servers: 19 MiB, two passes, one lane,
// about 23 ms.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// The 3,000 commonest passwords of public leak statistics (the frequency list
// that zxcvbn publishes, MIT), with a few that Chinese offices favour.
//
//go:embed common.txt
var commonText string

// commonPasswords is read once: the list is a constant in spirit.
var commonPasswords = func() map[string]bool {
	m := make(map[string]bool, 3000)
	for _, w := range strings.Fields(commonText) {
		m[w] = true
	}
	return m
}()

// CheckPassword refuses a password that is too short, too common, or the login
// in disguise. A long password made of one common word and digits, or of the same
// word over and over, counts as common.
func CheckPassword(login, password string) error {
	if utf8.RuneCountInString(password) < MinPassword {
		return fault.Field("password", fmt.Sprintf("密码至少 %d 个字符，建议用几个不相干的词连起来", MinPassword))
	}
	if len(password) > 256 {
		return fault.Field("password", "密码太长，请不要超过 256 个字节")
	}
	low := strings.ToLower(password)
	core := strings.TrimFunc(low, func(r rune) bool { return !unicode.IsLetter(r) })
	if commonPasswords[low] || commonPasswords[core] || core == "" || repeats(low) {
		return fault.Field("password", "这个密码太常见，容易被猜到，请换一个")
	}
	if login != "" && strings.Contains(low, strings.ToLower(login)) && utf8.RuneCountInString(low)-utf8.RuneCountInString(login) < 6 {
		return fault.Field("password", "密码不能由登录名稍加改动而成，请换一个")
	}
	return nil
}

// repeats says whether a text is one part of at most six characters over and over.
func repeats(s string) bool {
	for n := 1; n <= 6 && n*2 <= len(s); n++ {
		if strings.HasPrefix(strings.Repeat(s[:n], len(s)/n+1), s) {
			return true
		}
	}
	return false
}

// hashPassword gives the PHC string that is stored.
func hashPassword(password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// verifyPassword compares in constant time; the parameters come from the string,
// so that they may be raised later.
func verifyPassword(phc, password string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

// randomPassword is what a reset shows once: 80 bits in letters that are not
// mistaken for one another.
func randomPassword() (string, error) {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	b := make([]byte, 18)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("random password: %w", err)
	}
	var s strings.Builder
	for i, x := range b[:16] {
		if i > 0 && i%4 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(letters[int(x)%len(letters)])
	}
	return s.String(), nil
}
