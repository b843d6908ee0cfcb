import MLSMessages

/// What an application knows of the components that keep their state in the GroupContext's
/// dictionary (mls-extensions §4).
package protocol ComponentService: Sendable {
    /// Where data of a component may be; nil for a component that this application does not know.
    func locations(of component: ComponentID) -> ComponentLocations?

    /// The data of a component after the updates of one commit, in their order, or nil if the
    /// component refuses them.
    func updating(
        _ component: ComponentID, _ data: [UInt8]?, with updates: [[UInt8]]
    ) -> [UInt8]?

    /// Whether the component accepts the content of an AppEphemeral.
    func accepts(ephemeral data: [UInt8], of component: ComponentID) -> Bool
}

/// The places where a component's data may be registered to appear (mls-extensions §7.5).
package struct ComponentLocations: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let keyPackage = ComponentLocations(rawValue: 1)
    package static let leafNode = ComponentLocations(rawValue: 2)
    package static let groupContext = ComponentLocations(rawValue: 4)
    package static let groupInfo = ComponentLocations(rawValue: 8)
    package static let appEphemeral = ComponentLocations(rawValue: 16)
    package static let safeAAD = ComponentLocations(rawValue: 32)
    package static let anywhere = ComponentLocations(rawValue: 63)
}

extension ComponentID {
    /// The registered locations of the components that mls-extensions §7.5 itself defines, and of
    /// the one that the MIMI protocol keeps in the SafeAAD.
    package var coreLocations: ComponentLocations? {
        switch self {
        case .appComponents, .safeAAD, .contentMediaTypes: [.leafNode, .groupContext]
        case .lastResortKeyPackage: [.keyPackage]
        case .appAck: [.appEphemeral]
        case .frankAAD: [.safeAAD]
        default: nil
        }
    }
}

/// Components as opaque data: every one is known, and an update replaces what was there.
package struct OpaqueComponents: ComponentService {
    package init() {}

    package func locations(of component: ComponentID) -> ComponentLocations? {
        component.coreLocations ?? .anywhere
    }

    package func updating(
        _ component: ComponentID, _ data: [UInt8]?, with updates: [[UInt8]]
    ) -> [UInt8]? {
        updates.last ?? data
    }

    package func accepts(ephemeral data: [UInt8], of component: ComponentID) -> Bool { true }
}
