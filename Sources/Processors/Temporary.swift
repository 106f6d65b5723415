public import DSP
public struct PassThrough: AudioKernel { public mutating func process(_ frames: inout MutableSpan<Frame>) {} }
extension Processor where Kernel == PassThrough { public static func makeKernel(_ settings: Settings, _ context: ProcessorContext) -> PassThrough { PassThrough() } }
extension CompressorProcessor { public typealias Kernel = PassThrough }
extension LimiterProcessor { public typealias Kernel = PassThrough }
