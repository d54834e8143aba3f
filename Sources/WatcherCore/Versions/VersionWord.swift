/// What a word in a tag says about the release.
enum VersionWord: Sendable, Equatable {
    /// Comes before the release.
    case before(Version.Stage)
    /// Comes after the release: a patch, a new packaging.
    case after
    /// Says nothing: the release itself.
    case release
    /// A platform, whose number is part of its name: `java17` and `java21` are two variants.
    case platform
    /// Any other word names a variant.
    case other

    /// The longest word that is known; longer ones are variants.
    static let lengthLimit = 16

    /// `packed`: the word in lower case, a byte a letter, the first one highest.
    init(packed: UInt128) { self = Self.table[packed] ?? .other }

    private static let table: [UInt128: VersionWord] = {
        var table: [UInt128: VersionWord] = [:]
        func add(_ words: String, _ meaning: VersionWord) {
            for word in words.split(separator: " ") { table[word.utf8.reduce(0) { $0 << 8 | UInt128($1) }] = meaning }
        }
        add(
            "dev devel develop developer development nightly daily weekly snapshot snap canary test testing experiment "
                + "experimental exp unstable insider insiders wip trunk edge ci prealpha", .before(.dev))
        add("a alpha", .before(.alpha))
        add("b beta", .before(.beta))
        add("m milestone", .before(.milestone))
        add(
            "pre prerelease preview prev prestable ea eap earlyaccess next tp technicalpreview evaluation",
            .before(.preview))
        add("c cr rc candidate releasecandidate", .before(.candidate))
        add(
            "p pl patch patchlevel post hotfix hf fix bugfix errata security sp servicepack sr r rev revision respin ls u "
                + "update upd cu build bld f", .after)
        add("final ga release rel released stable lts official gold rtm prod production public", .release)
        add(
            "java jdk jre py python php node nodejs ruby rb go rust scala perl lua erlang otp dotnet net netcore netfx "
                + "cuda rocm alpine deb debian ubuntu centos rocky alma el rhel fc fedora ltsc nanoserver windows win linux "
                + "macos mac osx darwin ios android glibc musl arm armv armhf aarch amd intel mips mipsle ppc ppcle riscv x i "
                + "s bit spark hadoop pg postgres postgresql mysql mariadb gcc clang llvm msvc vs qt es", .platform)
        return table
    }()
}
