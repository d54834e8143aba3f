import CPCRE2

/// A regular expression of `include` or `exclude`, compiled by PCRE2 for bytes.
///
/// The tags come from elsewhere, and a user's `(…+)+` can take a time that doubles with each character of them: so
/// matching stops at a limit.
@safe package final class TagPattern {
    package enum Match: Sendable, Equatable {
        /// With what the group named `version` matched, where the pattern has one.
        case whole(version: String?)
        case different
        /// The limit was reached: nobody knows.
        case overLimit
    }

    /// Characters of a pattern.
    package static let lengthLimit = 500
    /// Steps of one match: some milliseconds. Ordinary patterns take a few hundred for a tag.
    private static let stepLimit: UInt32 = 100_000
    /// KiB of memory for one match.
    private static let heapLimit: UInt32 = 1024
    /// Matches of one pattern that may reach the limit; then no more are tried, so that a long list of tags ends too.
    private static let overLimitLimit = 16

    private let code: OpaquePointer
    private let data: OpaquePointer
    private let context: OpaquePointer
    private var overLimit = 0

    /// Nil when it does not compile, which no pattern of a `Config` does.
    package convenience init?(_ pattern: String) { try? self.init(compiling: pattern) }

    private init(compiling pattern: String) throws(Objection) {
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        // Whole tags only, bytes as they are: a pattern cannot turn UTF or single code units on by itself.
        let options =
            UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_ENDANCHORED) | UInt32(PCRE2_NEVER_UTF) | UInt32(PCRE2_NEVER_UCP)
            | UInt32(PCRE2_NEVER_BACKSLASH_C)
        guard let code = unsafe pcre2_compile_8(bytes, bytes.count, options, &error, &offset, nil) else {
            throw Objection(text: Self.message(error))
        }
        guard let data = unsafe pcre2_match_data_create_from_pattern_8(code, nil) else {
            unsafe pcre2_code_free_8(code)
            throw Objection(text: "out of memory")
        }
        guard let context = unsafe pcre2_match_context_create_8(nil) else {
            unsafe pcre2_match_data_free_8(data)
            unsafe pcre2_code_free_8(code)
            throw Objection(text: "out of memory")
        }
        unsafe pcre2_set_match_limit_8(context, Self.stepLimit)
        unsafe pcre2_set_depth_limit_8(context, Self.stepLimit)
        unsafe pcre2_set_heap_limit_8(context, Self.heapLimit)
        unsafe self.code = code
        unsafe self.data = data
        unsafe self.context = context
    }

    deinit {
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_match_data_free_8(data)
        unsafe pcre2_code_free_8(code)
    }

    /// Whether the whole tag matches.
    package func match(_ tag: String) -> Match {
        guard overLimit < Self.overLimitLimit else { return .overLimit }
        let bytes = Array(tag.utf8)
        let result = unsafe pcre2_match_8(code, bytes, bytes.count, 0, 0, data, context)
        if result == PCRE2_ERROR_NOMATCH { return .different }
        guard result >= 0 else {
            overLimit += 1
            return .overLimit
        }
        return .whole(version: version(atMost: bytes.count))
    }

    private func version(atMost limit: Int) -> String? {
        var buffer = [UInt8](repeating: 0, count: limit + 1)
        var length = buffer.count
        guard unsafe pcre2_substring_copy_byname_8(data, "version", &buffer, &length) == 0 else { return nil }
        return String(decoding: buffer.prefix(length), as: UTF8.self)
    }

    private struct Objection: Error { var text: String }

    /// Why a pattern cannot be used, as a phrase after "expected"; nil when it compiles.
    package static func objection(to pattern: String) -> String? {
        if pattern.isEmpty { return "a regular expression" }
        if pattern.unicodeScalars.count > lengthLimit { return "at most \(lengthLimit) characters" }
        do {
            _ = try TagPattern(compiling: pattern)
            return nil
        } catch {
            return "a regular expression (\(error.text))"
        }
    }

    /// A character that the pattern asks for and that no tag has (`Tag.isSafe`), as far as that shows without reading
    /// regular expressions: outside of classes, groups' marks and repetitions.
    static func impossibleCharacter(in pattern: String) -> Unicode.Scalar? {
        guard !pattern.contains("(?x") else { return nil }
        var rest = pattern.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\": _ = rest.popFirst()
            case "[": rest = rest.dropFirst().drop { $0 != "]" }.dropFirst()
            case "{": rest = rest.drop { $0 != "}" }.dropFirst()
            case " ", "\"", "'", "%", "&", ",", ";", "`": return scalar
            case _ where !scalar.isASCII: return scalar
            default: break
            }
        }
        return nil
    }

    private static func message(_ error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = unsafe pcre2_get_error_message_8(error, &buffer, buffer.count)
        return String(decoding: buffer.prefix(Int(max(length, 0))), as: UTF8.self)
    }
}
