import Foundation
import MLSMessages
import RoomPolicy
import TestSupport
import Testing

/// Identifiers in their one accepted form (A-1, A-2).
@Suite struct URITests {
    @Test(
        arguments: [
            ("mimi://a.example", nil), ("mimi://a.example/u/alice", MIMIURI.Kind.user),
            ("mimi://a.example/d/alice-1:2@x", .client), ("mimi://a.example/r/club/house", .room),
            ("mimi://xn--4ca.example/g/%E2%82%AC", .group),
        ] as [(String, MIMIURI.Kind?)])
    func accepted(_ text: String, _ kind: MIMIURI.Kind?) throws {
        let uri = try #require(MIMIURI(text))
        #expect(uri.kind == kind)
        #expect(uri.description == text)
        #expect(uri.domain == text.split(separator: "/")[1])
    }

    @Test(arguments: [
        "", "mimi", "mimi://", "mimi:///u/a", "MIMI://a.example/u/a", "mimi://A.example/u/a",
        "mimi://a.example/", "mimi://a.example/u", "mimi://a.example/u/", "mimi://a.example/b/bob",
        "mimi://a.example/u/a/", "mimi://a.example/u//a", "mimi://a.example/u/..",
        "mimi://a.example/u/./a", "mimi://a.example:443/u/a", "mimi://x@a.example/u/a",
        "mimi://a..example/u/a", "mimi://-a.example/u/a", "mimi://a.example/u/a?b",
        "mimi://a.example/u/a#b", "mimi://a.example/u/a b", "mimi://a.example/u/\u{e9}",
        "mimi://a.example/u/a\0", "mimi://a.example/u/%61", "mimi://a.example/u/%e2",
        "mimi://a.example/u/%2", "mimi://a.example/u/%zz", "mimi://a.example/uu/a",
        "https://a.example/u/a", "mimi://a.example/u/\(String(repeating: "a", count: 1024))",
        "mimi://\(String(repeating: "a", count: 64)).example/u/a",
    ])
    func refused(_ text: String) {
        #expect(MIMIURI(text) == nil)
    }

    @Test func pathSegments() {
        for text in ["mimi://a.example/u/alice", "%2F", "a b", "€", "a:b/c", "~._-"] {
            let bytes = Array(text.utf8)
            let segment = PathSegment.encoded(bytes)
            #expect(!segment.contains("/") && !segment.contains(":"))
            #expect(PathSegment.decoded(segment) == bytes)
        }
        #expect(PathSegment.encoded(Array("a/b".utf8)) == "a%2Fb")
        for wrong in ["%", "%2", "%zz", "a/b"] { #expect(PathSegment.decoded(wrong) == nil) }
    }

    @Test func identities() throws {
        let resolver = URIIdentities()
        let basic = resolver.identity(
            of: .basic(identity: Array("mimi://a.example/u/alice#phone".utf8)))
        #expect(basic?.user.description == "mimi://a.example/u/alice")
        for text in [
            "mimi://a.example/u/alice", "mimi://a.example/u/alice#", "#x",
            "mimi://a.example/r/alice#x",
        ] {
            #expect(resolver.identity(of: .basic(identity: Array(text.utf8))) == nil)
        }
        let file = Fixtures.directory.appending(path: "certificates/alice1.der")
        let certificate = [UInt8](try Data(contentsOf: file))
        let x509 = resolver.identity(of: .x509(certificates: [certificate]))
        #expect(x509?.user.description == "mimi://a.example/u/alice")
        #expect(x509?.client == Array("mimi://a.example/d/alice1".utf8))
        #expect(resolver.identity(of: .x509(certificates: [])) == nil)
        #expect(resolver.identity(of: .other(CredentialType(9), [1])) == nil)
        // The subject's common name is 2.5.4.3.
        let claims = X509Claims()
        func claim(_ id: String, _ value: String) -> Claim {
            Claim(.x509, id: Array(id.utf8), value: Array(value.utf8))
        }
        let credential = Credential.x509(certificates: [certificate])
        #expect(claims.matches(claim("2.5.4.3", "alice1"), credential))
        #expect(!claims.matches(claim("2.5.4.3", "alice"), credential))
        #expect(!claims.matches(claim("2.5.4.10", "alice1"), credential))
        #expect(!claims.matches(claim("2.5.4.3", "alice1"), .x509(certificates: [[1]])))
    }
}
