import Foundation
import Testing
import WatcherCore

@testable import WatcherService

/// Lists of releases are skimmed first. What `JSONDecoder` makes of the same bytes is the measure.
@Suite("Reading lists of releases") struct ReleaseListTests {
    @Test("a usual list is skimmed, and nothing is read otherwise") func usual() throws {
        let skimmed = try ReleasePage.list(Array(Self.list.utf8))
        #expect(skimmed == (try ReleasePage.list(Array(Self.list.utf8), isSkimmed: false)))
        #expect(skimmed.map(\.tag) == ["v2.0-rc.1", "v1.9"])
        #expect(skimmed.first?.name == "Größe \"2\" & 💫")
        #expect(skimmed.first?.assets.map(\.size) == [10, 11])
        #expect(try ReleasePage.list(Array("[ ]\n".utf8)).isEmpty)
    }

    @Test("one byte that is cut off or wrong never brings another list than the decoder's") func wrongBytes() throws {
        let bytes = Array(Self.list.utf8)
        for end in bytes.indices { #expect((try? ReleasePage.list(Array(bytes[..<end]))) == nil, "cut at \(end)") }
        for index in bytes.indices {
            for wrong: UInt8 in [0x22, 0x7D, 0x30, 0xFF, 0x5C, 0x2C, 0x01] {
                var changed = bytes
                changed[index] = wrong
                let expected = try? ReleasePage.list(changed, isSkimmed: false)
                #expect((try? ReleasePage.list(changed)) == expected, "byte \(index) as \(wrong)")
            }
        }
    }

    @Test(
        "what the quick reader leaves to the decoder",
        arguments: [
            #"[{"id":1.0,"tag_name":"v1","html_url":"","draft":false,"prerelease":false,"assets":[]}]"#,
            #"[{"id":1,"id":2,"tag_name":"v1","html_url":"","draft":false,"prerelease":false,"assets":[]}]"#,
            #"[{"id":1,"\u0074ag_name":"v1","html_url":"","draft":false,"prerelease":false,"assets":[]}]"#,
            #"[{"id":1,"tag_name":"v1","html_url":"","draft":false,"prerelease":false,"assets":[{"size":1}]}]"#,
            #"[null]"#, #"{}"#, #"[{"id":1}]"#,
        ])
    func leftToTheDecoder(_ text: String) {
        let bytes = Array(text.utf8)
        #expect((try? ReleasePage.list(bytes)) == (try? ReleasePage.list(bytes, isSkimmed: false)))
    }

    private static let list = #"""
        [{"url":"https://api.github.com/repos/o/n/releases/2","id":2,"author":{"login":"o","id":7,"site_admin":false},
        "tag_name":"v2.0-rc.1","name":"Gr\u00f6\u00dfe \"2\" \u0026 💫","html_url":"https://github.com/o/n","draft":false,
        "prerelease":true,"published_at":"2026-08-03T10:00:00Z","assets":[{"name":"a","state":"uploaded","size":10},
        {"size":11,"uploader":null,"state":"new","name":"b\/c"}],"body":"* fix\r\n* é","reactions":{"+1":-4.5e3}},
        {"assets":[],"id":1,"tag_name":"v1.9","html_url":"x","draft":true,"prerelease":false,"published_at":null} ]
        """#
}
