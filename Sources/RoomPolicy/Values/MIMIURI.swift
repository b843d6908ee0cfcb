import PresentationLanguage

/// A MIMI identifier in its one accepted form (A-1, H-38): equal bytes are the same thing.
///
/// `mimi://DOMAIN` is a provider; `mimi://DOMAIN/KIND/NAME` names a user (`u`), a client (`d`), a
/// room (`r`) or an MLS group (`g`). The domain is a lower-case host name without port, the name one
/// or more segments of RFC 3986 path characters, percent-encoded only where they must be.
package struct MIMIURI: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        case user = 0x75
        case client = 0x64
        case room = 0x72
        case group = 0x67
    }

    package let bytes: [UInt8]
    /// Nil for a provider.
    package let kind: Kind?
    package let domain: String

    private static let scheme = Array("mimi://".utf8)
    /// The longest that is accepted, in bytes.
    package static let maximumLength = 1024

    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.maximumLength, bytes.starts(with: Self.scheme) else {
            return nil
        }
        let rest = bytes.dropFirst(Self.scheme.count)
        let host = rest.prefix { $0 != UInt8(ascii: "/") }
        guard Self.isHost(host) else { return nil }
        let path = rest.dropFirst(host.count)
        if path.isEmpty {
            kind = nil
        } else {
            let letter = path.dropFirst().prefix { $0 != UInt8(ascii: "/") }
            guard letter.count == 1, let kind = letter.first.flatMap(Kind.init),
                Self.isName(path.dropFirst(2))
            else { return nil }
            self.kind = kind
        }
        self.bytes = bytes
        domain = String(decoding: host, as: UTF8.self)
    }

    package init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// The URI, if it names a thing of this kind.
    package init?(_ bytes: [UInt8], _ kind: Kind) {
        self.init(bytes)
        guard self.kind == kind else { return nil }
    }

    /// Letters, digits and hyphens in labels of at most 63, 253 in all (RFC 1123 §2.1).
    private static func isHost(_ host: ArraySlice<UInt8>) -> Bool {
        guard !host.isEmpty, host.count <= 253 else { return false }
        return host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                    && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { isLowerCase($0) || isDigit($0) || $0 == 0x2d }
            }
    }

    /// `"/" segment` once or more, no segment empty or of dots only.
    private static func isName(_ path: ArraySlice<UInt8>) -> Bool {
        guard path.first == UInt8(ascii: "/") else { return false }
        return path.dropFirst().split(separator: 0x2f, omittingEmptySubsequences: false)
            .allSatisfy { segment in
                !segment.isEmpty && segment != [0x2e] && segment != [0x2e, 0x2e]
                    && isSegment(segment)
            }
    }

    private static func isSegment(_ segment: ArraySlice<UInt8>) -> Bool {
        var place = segment.startIndex
        while place < segment.endIndex {
            if segment[place] == UInt8(ascii: "%") {
                guard place + 2 < segment.endIndex,
                    segment[place + 1...place + 2].allSatisfy({ isDigit($0) || isUpperHex($0) }),
                    let octet = UInt8(
                        String(decoding: segment[place + 1...place + 2], as: UTF8.self), radix: 16),
                    !isUnreserved(octet)
                else { return false }
                place += 3
            } else {
                guard isUnreserved(segment[place]) || "!$&'()*+,;=:@".utf8.contains(segment[place])
                else { return false }
                place += 1
            }
        }
        return true
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isLowerCase(byte) || isDigit(byte) || (0x41...0x5a).contains(byte)
            || "-._~".utf8.contains(byte)
    }

    private static func isLowerCase(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isUpperHex(_ byte: UInt8) -> Bool { (0x41...0x46).contains(byte) }
}

extension MIMIURI: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// An identifier in the path of a URL (A-2): all but the unreserved characters of RFC 3986 §2.3 as
/// `%XX`.
package enum PathSegment {
    package static func encoded(_ identifier: [UInt8]) -> String {
        identifier.map { byte in
            let isUnreserved =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                || (0x61...0x7a).contains(byte) || "-._~".utf8.contains(byte)
            return isUnreserved
                ? String(UnicodeScalar(byte)) : "%" + hex([byte]).uppercased()
        }.joined()
    }

    /// The identifier of a path segment; nil if it is not percent-encoded well.
    package static func decoded(_ segment: String) -> [UInt8]? {
        var output: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                guard byte != UInt8(ascii: "/") else { return nil }
                output.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self).lowercased()
            guard rest.count >= 2, let octet = bytes(hex: digits)?.first else { return nil }
            output.append(octet)
            rest = rest.dropFirst(2)
        }
        return output
    }
}
