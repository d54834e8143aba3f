import CPCRE2

/// A regular expression, compiled by PCRE2 for bytes, whose matching stops at a limit.
///
/// The text comes from elsewhere, and a user's `(…+)+` can take a time that doubles with each character of it.
@safe final class CompiledPattern {
    enum Match: Equatable {
        /// Where it matched, and what the group named `version` is where the pattern has one that took part.
        case found(Range<Int>, version: String?)
        case none
        /// The limit was reached: nobody knows.
        case overLimit
    }

    struct Objection: Error { var text: String }

    /// KiB of memory for one match.
    private static let heapLimit: UInt32 = 1024

    private let code: OpaquePointer
    private let data: OpaquePointer
    private let context: OpaquePointer

    /// Steps that are left for all searches in a text, where those are counted.
    private let stepsLeft: UnsafeMutablePointer<Int>?

    /// `isWhole`: nothing but the whole text matches. `stepLimit`: of one match at one place. `searchLimit`: of all places
    /// and all searches together; without it only one place is tried.
    init(_ pattern: String, isWhole: Bool, stepLimit: UInt32, searchLimit: Int? = nil) throws(Objection) {
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        // Bytes as they are: a pattern cannot turn UTF or single code units on by itself.
        var options = UInt32(PCRE2_NEVER_UTF) | UInt32(PCRE2_NEVER_UCP) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        if isWhole { options |= UInt32(PCRE2_ANCHORED) | UInt32(PCRE2_ENDANCHORED) }
        // The library counts the steps at each place anew; callouts see all of them.
        if searchLimit != nil { options |= UInt32(PCRE2_AUTO_CALLOUT) }
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
        unsafe pcre2_set_match_limit_8(context, stepLimit)
        unsafe pcre2_set_depth_limit_8(context, stepLimit)
        unsafe pcre2_set_heap_limit_8(context, Self.heapLimit)
        unsafe stepsLeft = searchLimit.map { limit in
            let left = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            unsafe left.initialize(to: limit)
            unsafe pcre2_set_callout_8(
                context,
                { _, left in
                    guard let left = unsafe left?.assumingMemoryBound(to: Int.self) else { return 0 }
                    unsafe left.pointee -= 1
                    return unsafe left.pointee > 0 ? 0 : PCRE2_ERROR_MATCHLIMIT
                }, left)
            return unsafe left
        }
        unsafe self.code = code
        unsafe self.data = data
        unsafe self.context = context
    }

    deinit {
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_match_data_free_8(data)
        unsafe pcre2_code_free_8(code)
        unsafe stepsLeft?.deallocate()
    }

    /// Whether the pattern has a group of that name.
    func hasGroup(_ name: String) -> Bool {
        unsafe pcre2_substring_number_from_name_8(code, Array(name.utf8) + [0]) > 0
    }

    /// The first match from an offset on. `versionLimit`: bytes of the group named `version`; a longer one is left out.
    func match(_ bytes: [UInt8], from offset: Int = 0, versionLimit: Int) -> Match {
        let result = unsafe pcre2_match_8(code, bytes, bytes.count, offset, 0, data, context)
        if result == PCRE2_ERROR_NOMATCH { return .none }
        guard result >= 0, let places = unsafe pcre2_get_ovector_pointer_8(data) else { return .overLimit }
        // `\K` in a lookahead can put the beginning behind the end.
        let (start, end) = unsafe (places[0], places[1])
        return .found(min(start, end)..<end, version: version(atMost: versionLimit))
    }

    private func version(atMost limit: Int) -> String? {
        var buffer = [UInt8](repeating: 0, count: limit + 1)
        var length = buffer.count
        guard unsafe pcre2_substring_copy_byname_8(data, "version", &buffer, &length) == 0 else { return nil }
        return String(decoding: buffer.prefix(length), as: UTF8.self)
    }

    private static func message(_ error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = unsafe pcre2_get_error_message_8(error, &buffer, buffer.count)
        return String(decoding: buffer.prefix(Int(max(length, 0))), as: UTF8.self)
    }
}
