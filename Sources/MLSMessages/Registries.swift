import PresentationLanguage

/// A two-byte code point of an IANA registry. Values that this code has no name for are kept.
package protocol CodePoint: TLSCodable, Hashable, Sendable, Comparable, CustomStringConvertible {
    var rawValue: UInt16 { get }
    init(_ rawValue: UInt16)
}

extension CodePoint {
    package init(from reader: inout Reader) throws(DecodingError) {
        self.init(try reader.readUInt16())
    }

    package func write(to writer: inout Writer) {
        writer.write(rawValue)
    }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    package var description: String { "0x" + hex(rawValue.encoded) }

    /// Whether the value is one of 0x0A0A, 0x1A1A … 0xEAEA, reserved to be ignored (RFC 9420 §13.5).
    package var isGREASE: Bool {
        rawValue & 0x0f0f == 0x0a0a && rawValue >> 8 == rawValue & 0xff && rawValue != 0xfafa
    }
}

/// RFC 9420 §6
package struct ProtocolVersion: CodePoint {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let mls10 = ProtocolVersion(1)
}

/// RFC 9420 §17.1, by number: a suite that the library can't compute in is still a value.
package struct CipherSuiteID: CodePoint {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }
}

/// RFC 9420 §17.2
package struct WireFormat: CodePoint {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let publicMessage = WireFormat(1)
    package static let privateMessage = WireFormat(2)
    package static let welcome = WireFormat(3)
    package static let groupInfo = WireFormat(4)
    package static let keyPackage = WireFormat(5)
}

/// RFC 9420 §17.3 and mls-extensions §7.1
package struct ExtensionType: CodePoint {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let applicationID = ExtensionType(1)
    package static let ratchetTree = ExtensionType(2)
    package static let requiredCapabilities = ExtensionType(3)
    package static let externalPub = ExtensionType(4)
    package static let externalSenders = ExtensionType(5)
    package static let appDataDictionary = ExtensionType(6)
    package static let supportedWireFormats = ExtensionType(7)
    package static let requiredWireFormats = ExtensionType(8)

    /// Whether every client supports the type without listing it (RFC 9420 §7.2).
    package var isDefault: Bool { (1...5).contains(rawValue) }
}

/// RFC 9420 §17.4 and mls-extensions §7.2
package struct ProposalType: CodePoint {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let add = ProposalType(1)
    package static let update = ProposalType(2)
    package static let remove = ProposalType(3)
    package static let psk = ProposalType(4)
    package static let reInit = ProposalType(5)
    package static let externalInit = ProposalType(6)
    package static let groupContextExtensions = ProposalType(7)
    package static let appDataUpdate = ProposalType(8)
    package static let appEphemeral = ProposalType(9)
    package static let selfRemove = ProposalType(10)

    /// Whether every client supports the type without listing it (RFC 9420 §7.2).
    package var isDefault: Bool { (1...7).contains(rawValue) }

    /// The name in the registry, or the number of a type that has none here.
    package var name: String {
        let names = [
            "add", "update", "remove", "psk", "reinit", "external_init",
            "group_context_extensions", "app_data_update", "app_ephemeral", "self_remove",
        ]
        return (1...names.count).contains(Int(rawValue)) ? names[Int(rawValue) - 1] : description
    }
}

/// RFC 9420 §17.5
package struct CredentialType: CodePoint {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let basic = CredentialType(1)
    package static let x509 = CredentialType(2)
}

/// mls-extensions §7.5 and the MIMI drafts
package struct ComponentID: CodePoint {
    package let rawValue: UInt16
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let appComponents = ComponentID(0x0001)
    package static let safeAAD = ComponentID(0x0002)
    package static let contentMediaTypes = ComponentID(0x0003)
    package static let lastResortKeyPackage = ComponentID(0x0004)
    package static let appAck = ComponentID(0x0005)
    package static let frankAAD = ComponentID(0x0020)
}
