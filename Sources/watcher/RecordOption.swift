import ArgumentParser

/// What commands take that talk to servers and whose faults are reported.
struct RecordOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write every exchange with a server to this new directory, without secrets, for a report of a fault.",
            valueName: "directory"),
        completion: .directory)
    var record: String?
}
