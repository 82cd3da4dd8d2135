// A Go program that asks dm.rpc what a device has reported.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"example.com/go-client/generated/dm"
)

//go:generate npx --yes @bufbuild/buf@1.75.0 generate

func main() {
	log.SetFlags(0)
	conn, err := grpc.NewClient(envOr("DM_RPC", "127.0.0.1:9081"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if token := os.Getenv("GRPC_TOKEN"); token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}

	latest, err := dm.NewDeviceMsgClient(conn).PropertyLatestIndex(ctx, &dm.PropertyLatestIndexReq{
		ProductID:   argOr(1, "aliyun_test_01"),
		DeviceName:  argOr(2, "dev001"),
		IgnoreEmpty: true,
	})
	if err != nil {
		log.Fatal(inWords(err))
	}
	for _, it := range latest.List {
		fmt.Println(it.DataID, it.Value, time.UnixMilli(it.Timestamp).UTC().Format(time.RFC3339))
	}
}

// inWords gives the code and the text of a refusal. The platform puts both as JSON into the message of the status; what
// gRPC says by itself, such as "no connection", is plain text.
func inWords(err error) string {
	message := status.Convert(err).Message()
	var refusal struct {
		Code int64  `json:"code"`
		Msg  string `json:"msg"`
	}
	if json.Unmarshal([]byte(message), &refusal) != nil {
		return message
	}
	return fmt.Sprint(refusal.Code, " ", refusal.Msg)
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
