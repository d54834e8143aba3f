import Testing
import WatcherCore

@Suite("Platforms in configurations")
struct ConfigPlatformTests {
    private static func read(_ platform: String) -> Result<ConfigReader.Reading, ConfigError> {
        ConfigReader.read(
            Array(
                #"""
                { "upstreams": { "app": { "github": "owner/app" } }, "actions": { "image": { "upstreams": ["app"],
                  "imageBuild": { "context": ".", "tags": ["app:1"], "platforms": ["\#(platform)"] } } } }
                """#.utf8))
    }

    @Test(
        "a platform in another tool's words is refused, with docker's words for it",
        arguments: [
            ("linux/armv7", "linux/arm/v7"), ("linux/armv7l", "linux/arm/v7"), ("linux/armhf", "linux/arm/v7"),
            ("linux/arm32v7", "linux/arm/v7"), ("linux/arm/7", "linux/arm/v7"), ("linux/armv6", "linux/arm/v6"),
            ("linux/aarch64", "linux/arm64"), ("linux/armv8", "linux/arm64"), ("linux/arm64v8", "linux/arm64"),
            ("linux/x86_64", "linux/amd64"), ("linux/x64", "linux/amd64"), ("windows/x86_64", "windows/amd64"),
            ("linux/i386", "linux/386"), ("linux/x86", "linux/386"), ("linux/ppc64el", "linux/ppc64le"),
            // Without the system.
            ("arm/v7", "linux/arm/v7"), ("arm64/v8", "linux/arm64/v8"), ("arm64", "linux/arm64"),
            ("armv7", "linux/arm/v7"), ("x86_64", "linux/amd64"), ("x86-64", "linux/amd64"), ("386", "linux/386"),
            // With other marks, or in capitals.
            ("linux-arm64", "linux/arm64"), ("linux-arm-v7", "linux/arm/v7"), ("linux_amd64", "linux/amd64"),
            ("Linux/ARM64", "linux/arm64"),
        ])
    func misspelled(platform: String, meant: String) {
        guard case .failure(let error) = Self.read(platform) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.problems.map(\.path) == ["$.actions.image.imageBuild.platforms[0]"])
        #expect(error.problems.map(\.suggestion) == [meant])
        #expect((try? Self.read(meant).get())?.warnings == [])
    }

    @Test(
        "what has not the form of a platform is refused, without a guess",
        arguments: ["linux", "linux/", "/arm64", "linux/arm/v7/x", "amd64/linux", "arm/v9", "linux/a b", "unknown/arm"])
    func malformed(platform: String) {
        guard case .failure(let error) = Self.read(platform) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.problems.map(\.suggestion) == [nil])
    }

    @Test(
        "the platforms that docker builds for are taken, without a warning",
        arguments: [
            "linux/amd64", "linux/amd64/v3", "linux/386", "linux/arm", "linux/arm/v5", "linux/arm/v6", "linux/arm64",
            "linux/arm64/v8", "linux/riscv64", "linux/ppc64le", "linux/s390x", "linux/loong64", "linux/mips64le",
            "windows/amd64",
        ])
    func known(platform: String) throws {
        let reading = try Self.read(platform).get()
        #expect(reading.warnings == [])
        guard case .imageBuild(let build) = reading.config.actions["image"]?.work else {
            Issue.record("no build")
            return
        }
        #expect(build.platforms == [platform])
    }

    @Test(
        "a platform of the right form that is not known is taken with a warning, and a guess where one is near",
        arguments: [
            ("linux/sparc64", nil), ("plan9/amd64", nil), ("linux/arm64/v7", nil),
            ("linux/arm46", "linux/arm64"), ("linux/adm64", "linux/amd64"), ("linx/arm/v7", "linux/arm/v7"),
        ])
    func unknown(platform: String, meant: String?) throws {
        let warnings = try Self.read(platform).get().warnings
        #expect(warnings.count == 1)
        let hint = meant.map { "; did you mean \"\($0)\"?" } ?? ""
        #expect(warnings.first?.found == "\"\(platform)\" is not known here, but docker may know it\(hint)")
    }
}
