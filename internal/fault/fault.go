// Package fault holds the one error type of the product. A fault is what a
// person reads: a Chinese sentence that says what to do next. What went wrong
// inside travels as the cause; it is logged with the request id, never shown.
package fault

import (
	"errors"
	"fmt"
)

// Code says what kind of refusal an Error is. httpd has the one table from
// code to HTTP status.
type Code string

// The codes; every refusal is one of these.
const (
	Invalid         Code = "invalid"         // the input does not read
	Unauthenticated Code = "unauthenticated" // sign in first
	Forbidden       Code = "forbidden"       // signed in, no permission
	NotFound        Code = "not_found"       // not there, or out of scope
	Conflict        Code = "conflict"        // somebody else was faster, or it was already done
	RuleBroken      Code = "rule_broken"     // reads well, but a rule of the office says no
	TooLarge        Code = "too_large"       // more than we take
	TooMany         Code = "too_many"        // too many tries, wait
	Unavailable     Code = "unavailable"     // try again later
	Internal        Code = "internal"        // our own mistake
)

// Detail is one of several complaints about one input.
type Detail struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is a refusal.
type Error struct {
	Code    Code
	Message string   // Chinese, says what to do
	Field   string   // the input field it is about, or empty
	Details []Detail // more than one field at once
	cause   error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return string(e.Code) + ": " + e.Message
}

// Unwrap gives the inner cause.
func (e *Error) Unwrap() error { return e.cause }

// New makes a fault of the code with a Chinese message.
func New(code Code, message string) *Error { return &Error{Code: code, Message: message} }

// Newf is New with formatting.
func Newf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Field is an Invalid fault about one input field.
func Field(field, message string) *Error {
	return &Error{Code: Invalid, Message: message, Field: field}
}

// Fields is an Invalid fault about several fields; nil when there is none.
func Fields(details []Detail) error {
	switch len(details) {
	case 0:
		return nil
	case 1:
		return Field(details[0].Field, details[0].Message)
	}
	return &Error{Code: Invalid, Message: fmt.Sprintf("有 %d 处填写有误，请逐项改正", len(details)), Field: details[0].Field, Details: details}
}

// Missing is the NotFound fault for a thing named in Chinese (活动, 人员).
// Out of scope reads the same as absent, so that nothing can be probed.
func Missing(what string) *Error {
	return &Error{Code: NotFound, Message: "没有找到该" + what + "，可能已删除，或不在您的查看范围内"}
}

// Wrap makes a fault that keeps its cause for the log.
func Wrap(cause error, code Code, message string) *Error {
	return &Error{Code: code, Message: message, cause: cause}
}

// From finds the fault in an error chain. Anything else becomes Internal.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return Wrap(err, Internal, "系统内部错误，请稍后重试；如反复出现，请把请求编号告诉管理员")
}

// Is says whether err is a fault of the code.
func Is(err error, code Code) bool {
	var f *Error
	return errors.As(err, &f) && f.Code == code
}
