// A go-zero program that finds dm.rpc in etcd and asks it whether a device is online.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/zeromicro/go-zero/core/discov"
	"github.com/zeromicro/go-zero/core/logx"
	"github.com/zeromicro/go-zero/zrpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"example.com/go-zero-client/generated/dm"
)

//go:generate npx --yes @bufbuild/buf@1.75.0 generate

// online is what DeviceInfo.IsOnline holds for a device that is connected; 2 is offline.
const online = 1

func main() {
	log.SetFlags(0)
	logx.Disable()
	// go-zero watches the key and spreads calls over all instances that are registered below it.
	client, err := zrpc.NewClient(zrpc.RpcClientConf{
		Etcd:    discov.EtcdConf{Hosts: strings.Split(envOr("ETCD_HOSTS", "127.0.0.1:2379"), ","), Key: "dm.rpc"},
		Timeout: 5000, // milliseconds
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if token := os.Getenv("GRPC_TOKEN"); token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	device, err := dm.NewDeviceManageClient(client.Conn()).DeviceInfoRead(ctx, &dm.DeviceInfoReadReq{
		ProductID:  argOr(1, "aliyun_test_01"),
		DeviceName: argOr(2, "dev001"),
	})
	if err != nil {
		// The platform's own errors arrive as {"code":100009,"msg":"...","details":[]}.
		log.Fatal(status.Convert(err).Message())
	}
	fmt.Println(device.DeviceName, "online:", device.IsOnline == online)
}

func envOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func argOr(n int, otherwise string) string {
	if len(os.Args) > n {
		return os.Args[n]
	}
	return otherwise
}
