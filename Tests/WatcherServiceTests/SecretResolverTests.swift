import Foundation
import Testing
import WatcherCore
import WatcherService

@Suite("Secrets and their masks") struct SecretsTests {
    @Test(
        "a secret is read from where it is said to be, less one line break at its end",
        arguments: [
            ("value", "value"), ("value\n", "value"), ("value\r\n", "value"), (" va lue ", " va lue "), ("ü💫", "ü💫"),
        ])
    func forms(_ content: String, _ value: String) throws {
        try withFolder { folder throws in
            try Data(content.utf8).write(to: URL(filePath: folder + "/name"))
            let secrets = SecretResolver(environment: ["CREDENTIALS_DIRECTORY": folder, "NAME": value])
            #expect(try secrets.read(.file(folder + "/name")) == value)
            #expect(try secrets.read(.credential("name")) == value)
            #expect(try secrets.read(.environment("NAME")) == value)
            #expect(try secrets.read(.literal(value)) == value)
        }
    }

    @Test(
        "what is no secret is named by its place, never by its value",
        arguments: [
            ("", "is empty"), ("\n", "is empty"), ("precious\n\n", "control character"),
            ("a\nprecious", "control character"),
            ("precious\u{7F}", "control character"), ("precious\0", "control character"),
            ("\"precious\"\n", "is in quotes"), ("'precious'", "is in quotes"),
            (String(repeating: "precious", count: 10_000), "is larger than 65536 bytes"),
        ])
    func wrong(_ content: String, _ words: String) throws {
        try withFolder { folder throws in
            let path = folder + "/name"
            try Data(content.utf8).write(to: URL(filePath: path))
            let failure = #expect(throws: SecretResolver.Failure.self) {
                try SecretResolver(environment: [:]).read(.file(path))
            }
            #expect(failure?.description.hasPrefix("the file \(path) ") == true)
            #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
            #expect(failure?.description.contains("precious") == false)
        }
    }

    @Test("a token with a space in it is refused before it is sent, and named by its place")
    func tokens() throws {
        var config = Config()
        config.github.token = .environment("TOKEN")
        let setup = AppContext(config, environment: ["TOKEN": "precious token"])
        let failure = #expect(throws: AppContext.Failure.self) { try setup.redactor() }
        #expect(
            failure?.lines == [
                "github.token: the environment variable TOKEN contains a space, which no token does"
            ])
        #expect(setup.unreadableSecrets.flatMap(\.lines) == failure?.lines)
    }

    @Test("a place that is not there is told with its reason") func missing() throws {
        try withFolder { folder throws in
            func words(_ secret: Secret, _ environment: [String: String] = [:]) -> String? {
                #expect(throws: SecretResolver.Failure.self) {
                    try SecretResolver(environment: environment).read(secret)
                }?
                .description
            }
            #expect(words(.environment("NONE")) == "the environment variable NONE is not set")
            #expect(
                words(.file(folder + "/none")) == "the file \(folder)/none cannot be read: No such file or directory")
            #expect(words(.credential("name"))?.contains("$CREDENTIALS_DIRECTORY is not set") == true)
            let credentials = ["CREDENTIALS_DIRECTORY": folder]
            #expect(words(.credential("name"), credentials)?.contains("No such file or directory") == true)
            #expect(words(.file(folder))?.contains("Is a directory") == true)
            try Data([0xFF, 0xFE]).write(to: URL(filePath: folder + "/bytes"))
            #expect(words(.file(folder + "/bytes"))?.contains("is not UTF-8") == true)
        }
    }

    @Test("a mask covers the longest secret first, every time, and leaves words alone") func masks() {
        var redactor = Redactor()
        for secret in ["abc", "token", "token-and-more", "first line\nsecond line"] { redactor.add(secret) }
        #expect(redactor.mask("token-and-more, token, token") == "***, ***, ***")
        #expect(redactor.mask("abc is too short to be one") == "abc is too short to be one")
        #expect(redactor.mask("only the second line") == "only the ***")
        #expect(redactor.mask("") == "")
        let lasting = redactor.mask(RequestFailure.permanent("Bad credentials: token", hint: "not token"))
        #expect(lasting == .permanent("Bad credentials: ***", hint: "not ***"))
        #expect(redactor.mask(RequestFailure.rateLimited(seconds: 5, "token")) == .rateLimited(seconds: 5, "***"))
        #expect(redactor.mask(RequestFailure.transient("token")) == .transient("***"))
        #expect(redactor.mask(RequestFailure.cancelled) == .cancelled)
    }

    @Test("a mask covers the names of failed jobs and keeps the link to the run") func conclusion() {
        var redactor = Redactor()
        redactor.add("elab-arm-docker")
        let conclusion = Conclusion(
            word: "failure", title: "t", url: "https://github.com/o/elab-arm-docker/actions/runs/1",
            failedJobs: ["push to elab-arm-docker (failure)"])
        let masked = redactor.mask(conclusion)
        #expect(masked.failedJobs == ["push to *** (failure)"])
        #expect(masked.url == conclusion.url && masked.word == "failure")
    }
}
