/// The version of the program, for `--version` and for what it writes.
package enum ProgramVersion {
    package static let text = "0.1.0"
}
