package httpd

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gofiber/fiber/v2"

	"xianfeng/internal/fault"
)

// Problem is how every refusal is written: application/problem+json with our
// code, a Chinese sentence, and the field it is about.
type Problem struct {
	Status    int            `json:"status" doc:"HTTP status"`
	Code      string         `json:"code" doc:"invalid, unauthenticated, forbidden, not_found, conflict, rule_broken, too_large, too_many, unavailable, internal"`
	Detail    string         `json:"detail" doc:"What a person should do, in Chinese"`
	Field     string         `json:"field,omitempty" doc:"The input field it is about"`
	Errors    []fault.Detail `json:"errors,omitempty" doc:"Several fields at once"`
	RequestID string         `json:"request_id,omitempty" doc:"To be told to the administrator"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is for huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is for huma.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one table from code to HTTP status.
var statuses = map[fault.Code]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.RuleBroken:      http.StatusUnprocessableEntity,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// problem turns any error into what the client reads; an inner cause goes to the
// log with the request id and no further.
func problem(log *slog.Logger, requestID string, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		p.RequestID = requestID
		return p
	}
	f := fault.From(err)
	switch f.Code {
	case fault.Internal:
		log.Error("request failed", "request_id", requestID, "error", err)
	case fault.Unavailable:
		log.Warn("request refused", "request_id", requestID, "error", err)
	}
	return &Problem{Status: statuses[f.Code], Code: string(f.Code), Detail: f.Message, Field: f.Field, Errors: f.Details, RequestID: requestID}
}

// onStatus words a refusal that Fiber or huma made by status alone.
func onStatus(status int, detail string) *Problem {
	code, message := fault.Invalid, "提交的内容读不懂，请检查后重试"
	switch status {
	case http.StatusNotFound:
		code, message = fault.NotFound, "没有这个地址"
	case http.StatusMethodNotAllowed:
		code, message = fault.NotFound, "这个地址不支持该操作"
	case http.StatusRequestEntityTooLarge:
		code, message = fault.TooLarge, "提交的内容太大，请减少后重试"
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		message = "不支持的内容格式"
	case http.StatusRequestTimeout:
		code, message = fault.Unavailable, "网络太慢，请求没有收完，请重试"
	case http.StatusRequestHeaderFieldsTooLarge:
		code, message = fault.TooLarge, "请求头太大"
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		if detail != "" && !ascii(detail) {
			message = detail
		}
	default:
		if status >= 500 {
			code, message = fault.Internal, "系统内部错误，请稍后重试"
		}
	}
	return &Problem{Status: status, Code: string(code), Detail: message}
}

func ascii(s string) bool {
	for _, r := range s {
		if r > 127 {
			return false
		}
	}
	return true
}

var speakChinese sync.Once

// fieldName is how our own fields are called, with the place in a list.
var fieldName = regexp.MustCompile(`^[A-Za-z0-9_.\[\]-]{0,80}$`)

// teachHuma makes the OpenAPI layer answer with our Problem and in Chinese. Its
// switches are package variables, hence once for the process.
func teachHuma() {
	speakChinese.Do(func() {
		huma.DefaultArrayNullable = false
		huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
			p := onStatus(status, msg)
			for _, e := range errs {
				var d *huma.ErrorDetail
				if e == nil {
					continue
				}
				if !errors.As(e, &d) {
					continue
				}
				field := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "query."), "path.")
				message := strings.TrimPrefix(d.Message, "invalid value: ") // its words before a type's own
				switch {
				case !ascii(message):
				case strings.HasPrefix(d.Location, "path."):
					message = "地址中的编号不对，请从列表中重新打开"
				default:
					message = "填写有误"
				}
				if !fieldName.MatchString(field) { // made up by whoever sent it: what was sent is not repeated
					field = "body"
				}
				if field == "body" && ascii(d.Message) { // not what it says it is, or cut off
					continue
				}
				p.Errors = append(p.Errors, fault.Detail{Field: field, Message: message})
			}
			if len(p.Errors) > 0 {
				p.Field = p.Errors[0].Field
				p.Detail = p.Errors[0].Message
				if p.Field != "" && p.Field != "body" {
					p.Detail = fmt.Sprintf("%s:%s", p.Field, p.Errors[0].Message)
				}
			}
			if len(p.Errors) == 1 {
				p.Errors = nil
			}
			return p
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
			err := huma.NewError(status, msg, errs...)
			var p *Problem
			if errors.As(err, &p) {
				p.RequestID = requestIDOf(ctx.Context())
			}
			return err
		}
		validation.MsgUnexpectedProperty = "多出了不认识的字段"
		validation.MsgExpectedRFC3339DateTime = "时间应写作 2026-03-05T09:00:00+08:00 的样式"
		validation.MsgExpectedRFC3339Date = "日期应写作 2026-03-05 的样式"
		validation.MsgExpectedRFC4122UUID = "编号格式不对：%v"
		validation.MsgExpectedBePattern = "格式应为 %s"
		validation.MsgExpectedMatchPattern = "格式应符合 %s"
		validation.MsgExpectedBoolean = "应为是或否"
		validation.MsgExpectedNumber = "应为数字"
		validation.MsgExpectedInteger = "应为整数"
		validation.MsgExpectedString = "应为文字"
		validation.MsgExpectedArray = "应为列表"
		validation.MsgExpectedObject = "应为对象"
		validation.MsgExpectedArrayItemsUnique = "列表中有重复项"
		validation.MsgExpectedOneOf = "只能是其中之一：%s"
		validation.MsgExpectedMinimumNumber = "不能小于 %v"
		validation.MsgExpectedMaximumNumber = "不能大于 %v"
		validation.MsgExpectedMinLength = "至少填写 %d 个字"
		validation.MsgExpectedMaxLength = "最多填写 %d 个字"
		validation.MsgExpectedMinItems = "至少要有 %d 项"
		validation.MsgExpectedMaxItems = "最多只能有 %d 项"
		validation.MsgExpectedRequiredProperty = "缺少必填项 %s"
	})
}

// fiberError answers for what fails before or beside our own handlers.
func fiberError(log *slog.Logger) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		id := requestIDOf(c.UserContext())
		var p *Problem
		var fe *fiber.Error
		if errors.As(err, &fe) {
			p = onStatus(fe.Code, "")
			p.RequestID = id
		} else {
			p = problem(log, id, err)
		}
		return writeProblem(c, p)
	}
}

func writeProblem(c *fiber.Ctx, p *Problem) error {
	c.Status(p.Status)
	if err := c.JSON(p); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return nil
}
