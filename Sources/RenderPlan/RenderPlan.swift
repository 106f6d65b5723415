public import DSP
public import Processors
import Quantities
import SessionModel
import Tables

/// A mix as the renderer runs it: nodes in an order in which each comes after all that feed it, with every gain
/// worked out, every latency compensated and every sum in a fixed order. A value, and printable.
///
/// A node's signal is what leaves its inserts. All that lies beyond — fader, width, pan, mute, sends — is a
/// matrix on the connection to the next node, so that a node has one buffer, and a connection one pass.
public struct RenderPlan: Sendable {
  public var sampleRate: Double
  public var nodes: [Node]
  /// The index of the mix: what leaves `main`'s fader.
  public var mix: Int
  /// For each master that was asked for, the index of the node that ends in its inserts.
  public var masters: [Int]
  /// Frames of the time line that the render begins at.
  public var startFrame: Int
  public var length: Length
  public var context: ProcessorContext

  /// How long the render is, in frames from `startFrame`.
  public enum Length: Sendable, Equatable {
    case fixed(Int)
    /// To the last frame at or over −100 dBFS, at least `atLeast` and at most `atMost`.
    case untilSilent(atLeast: Int, atMost: Int)

    /// Frames to render before the end is known.
    public var frameLimit: Int {
      switch self {
      case .fixed(let frames): frames
      case .untilSilent(_, let atMost): atMost
      }
    }
  }

  public struct Node: Sendable {
    /// Its path in the session: `tracks.vocals`.
    public var path: String
    public var stem: Stem?
    public var inputs: [Connection]
    /// Trim and polarity.
    public var trim: Double
    public var inserts: [PlannedInsert]
    /// Whether the signal that leaves the inserts is mono.
    public var isMono: Bool
    /// Frames by which its output lags behind the time line.
    public var latencyFrames: Int
    /// Nodes on the longest way from a stem to here.
    public var depth: Int
  }

  /// An audio file that feeds a node.
  public struct Stem: Sendable {
    public var path: String
    /// Channels to take, from 1; `nil` takes all.
    public var channels: [Int]?
    public var frameCount: Int
    public var isMono: Bool
  }

  public struct PlannedInsert: Sendable {
    public var id: String
    public var insert: Insert
    /// A mono signal enters both sides at this amplitude; `nil` when nothing changes.
    public var spread: Double?
  }

  /// What one node gives to another.
  public struct Connection: Sendable {
    public enum Kind: String, Sendable {
      case output, postFaderSend = "post-fader send", preFaderSend = "pre-fader send"
    }
    public var from: Int
    public var kind: Kind
    public var matrix: MixMatrix
    /// Frames of delay that bring it in time with the node's other inputs.
    public var delayFrames: Int
  }
}

/// A stem's file as it was found.
public struct StemFile: Sendable {
  public var path: String
  public var channelCount: Int
  public var frameCount: Int

  public init(path: String, channelCount: Int, frameCount: Int) {
    self.path = path
    self.channelCount = channelCount
    self.frameCount = frameCount
  }
}
